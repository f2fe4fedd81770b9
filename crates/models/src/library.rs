//! The models folder: where it is, which files it holds, and whether they are the ones we pinned.
//!
//! The files ship in the repository (`models/`, see its `NOTICE.md`). A file is checked by size and SHA-256 each time
//! it is loaded, so a damaged or exchanged model is refused by name instead of giving strange words in a call.

use std::fs;
use std::path::{Path, PathBuf};

use ports::error::SpeechError;
use sha2::{Digest, Sha256};

/// A file that a local engine loads, as it was when the engines were measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ModelFile {
    /// Its path within the models folder.
    pub name: &'static str,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: &'static str,
}

macro_rules! model_files {
    ($($id:ident = $name:literal, $size:literal, $sha256:literal;)*) => {
        $(pub(crate) const $id: ModelFile = ModelFile { name: $name, size: $size, sha256: $sha256 };)*

        /// Every file that is ever loaded.
        pub const MODEL_FILES: &[ModelFile] = &[$($id),*];
    };
}

model_files! {
    WHISPER_ENCODER = "whisper-tiny.en/encoder.int8.onnx", 12_907_830,
        "41d878a6c2f81a29a5d58eebc68a5d5705b732db0cc9e5dbf43a1a1520e3f48b";
    WHISPER_DECODER = "whisper-tiny.en/decoder.int8.onnx", 28_659_910,
        "dbc27decfef6a60641474fe7c64e043def942bc69373587da7edca9f887a8214";
    WHISPER_POSITIONS = "whisper-tiny.en/positions.f32", 688_128,
        "49c7022fdf106c0f12911f958eefc37e72f183d39e3926e03352d8a7b0432ec1";
    WHISPER_TOKENIZER = "whisper-tiny.en/tokenizer.json", 2_128_466,
        "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df";
    HIBARI_VOICE = "hibari/hibari.onnx", 7_936_868,
        "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8";
    HIBARI_ALPHABET = "hibari/vocab.json", 1_144,
        "70abefbe8a1c8865e43e0a43bbdc25b91a33e4aa053479d443ccf23e20a59e5d";
    HIBARI_GOLD = "hibari/lexicon_us_gold.json.gz", 719_352,
        "63ae94f8ef0e906d5b24fe9b59ffcbd1529aca5686a774610e43973cbaa86ad2";
    HIBARI_SILVER = "hibari/lexicon_us_silver.json.gz", 682_530,
        "c4c2546ebf1eb07010331e7ef785a431aa17ba8e7bfb6b4af8d654ee96a71fd3";
    HIBARI_TAGGER = "hibari/tagger.json.gz", 1_240_667,
        "d2da7502284bbbe45d49e0b7ce3ce67bdab82254150f4317f1b8559b4d38d0eb";
    HIBARI_SPELLER = "hibari/oov.onnx", 2_975_020,
        "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76";
    HIBARI_SPELLER_ALPHABET = "hibari/oov.json", 2_273,
        "b462e6e5dbdf0e7346c732385d0dd844f612f1770871441c56932bff4ca75d8c";
    SILERO = "silero/silero_vad_16k_op15.onnx", 1_289_603,
        "7ed98ddbad84ccac4cd0aeb3099049280713df825c610a8ed34543318f1b2c49";
    SMART_TURN = "smart-turn/smart-turn-v3.2-cpu.onnx", 8_679_182,
        "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f";
}

/// Environment variable that names the models folder if the configuration does not.
pub const MODELS_DIR_VARIABLE: &str = "PUPPETMASTER_MODELS_DIR";

/// The folder that holds the models.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelsDir {
    root: PathBuf,
}

impl ModelsDir {
    /// Takes `root` as it is. Files are looked at when they are asked for.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Returns the models folder: the configured one, else the one [`MODELS_DIR_VARIABLE`] names, else `models` in the
    /// current folder, else `models` beside the running program or in a folder above it, else
    /// `../share/puppetmaster/models` seen from the program.
    ///
    /// A folder that somebody named is taken without a look further, so that a typing error is reported and not
    /// covered by another folder.
    ///
    /// # Errors
    /// [`SpeechError::Missing`] if there is no such folder.
    pub fn find(configured: Option<&Path>) -> Result<Self, SpeechError> {
        let named =
            configured.map(Path::to_path_buf).or_else(|| std::env::var_os(MODELS_DIR_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from));
        if let Some(root) = named {
            return if root.is_dir() { Ok(Self { root }) } else { Err(missing("models")) };
        }
        places()
            .into_iter()
            .find(|root| root.join(WHISPER_ENCODER.name).is_file() || root.join(HIBARI_VOICE.name).is_file())
            .map(|root| Self { root })
            .ok_or_else(|| missing("models"))
    }

    /// Returns where the folder is.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Checks that `file` is there and has its size, which costs one look at the folder.
    ///
    /// # Errors
    /// [`SpeechError::Missing`] or [`SpeechError::Corrupt`].
    pub fn check_present(&self, file: &ModelFile) -> Result<(), SpeechError> {
        let Ok(metadata) = fs::metadata(self.root.join(file.name)) else {
            return Err(missing(file.name));
        };
        if metadata.len() == file.size { Ok(()) } else { Err(corrupt(file)) }
    }

    /// Returns the bytes of `file` if they are the pinned ones.
    ///
    /// # Errors
    /// [`SpeechError::Missing`] if it cannot be read, [`SpeechError::Corrupt`] if its size or hash is another.
    pub fn read(&self, file: &ModelFile) -> Result<Vec<u8>, SpeechError> {
        self.check_present(file)?;
        let bytes = fs::read(self.root.join(file.name)).map_err(|_| missing(file.name))?;
        let hash = Sha256::digest(&bytes);
        let matches = hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>() == file.sha256;
        if matches { Ok(bytes) } else { Err(corrupt(file)) }
    }
}

/// Checks every model file by size and hash; reads 67 MB. For `doctor`.
pub fn verify_all(dir: &ModelsDir) -> Vec<(&'static str, Result<(), SpeechError>)> {
    MODEL_FILES.iter().map(|file| (file.name, dir.read(file).map(drop))).collect()
}

fn places() -> Vec<PathBuf> {
    let mut places = vec![PathBuf::from("models")];
    if let Ok(program) = std::env::current_exe() {
        places.extend(program.ancestors().skip(1).map(|folder| folder.join("models")));
        places.extend(program.parent().map(|folder| folder.join("../share/puppetmaster/models")));
    }
    places
}

fn missing(name: &str) -> SpeechError {
    SpeechError::Missing { file: name.to_owned() }
}

fn corrupt(file: &ModelFile) -> SpeechError {
    SpeechError::Corrupt { file: file.name.to_owned() }
}
