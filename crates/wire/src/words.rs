//! Sets of words that a carrier writes in forms, documents and JSON, each with room for one that is newer than we are.

/// A set of words, for code that reads and writes any of them.
pub(crate) trait Word: Sized {
    /// The words of the set.
    const KNOWN: &'static [&'static str];

    /// Reads a word in any case; an unknown one is kept.
    fn read(text: &str) -> Self;

    /// Returns the word as the carrier writes it.
    fn word(&self) -> &str;

    /// Returns whether the word belongs to the set.
    fn is_known(&self) -> bool {
        Self::KNOWN.contains(&self.word())
    }
}

/// Makes an enum of words.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// Something newer than we are.
            Other(String),
        }

        impl $name {
            /// All that we know.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Reads the word, in any case; an unknown one is kept.
            pub fn parse(text: &str) -> Self {
                $(if text.eq_ignore_ascii_case($word) {
                    return Self::$variant;
                })+
                Self::Other(text.to_owned())
            }

            /// Returns the word as the carrier writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(other) => other,
                }
            }
        }

        impl $crate::words::Word for $name {
            const KNOWN: &'static [&'static str] = &[$($word),+];

            fn read(text: &str) -> Self {
                Self::parse(text)
            }

            fn word(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::Word;

    words! {
        /// Colours.
        Colour {
            /// As blood.
            Red = "red",
            /// As the sea.
            DeepBlue = "deep-blue",
        }
    }

    #[test]
    fn known_words_read_in_any_case_and_unknown_ones_are_kept() {
        for colour in Colour::ALL {
            assert_eq!(&Colour::parse(colour.as_str()), colour);
        }
        assert_eq!(Colour::parse("Deep-Blue"), Colour::DeepBlue);
        let newer = Colour::read("teal");
        assert_eq!((newer.word(), newer.is_known(), Colour::Red.is_known()), ("teal", false, true));
    }
}
