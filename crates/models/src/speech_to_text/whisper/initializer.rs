//! Reads one named constant out of an ONNX file, which the inference engine keeps to itself.
//!
//! ONNX is a protocol-buffer message: `ModelProto.graph` is field 7, `GraphProto.initializer` field 5; of a
//! `TensorProto`, `float_data` is field 4, `int32_data` 5, `name` 8 and `raw_data` 9. Source: `onnx.proto3`.

/// A constant tensor's content.
pub(super) struct Initializer<'a> {
    tensor: &'a [u8],
}

impl<'a> Initializer<'a> {
    /// Returns the constant called `name`, or `None` if there is none or the file cannot be read.
    pub(super) fn find(model: &'a [u8], name: &str) -> Option<Self> {
        let graph = Fields(model).find(|(number, _)| *number == 7)?.1;
        Fields(graph)
            .filter(|(number, _)| *number == 5)
            .map(|(_, tensor)| tensor)
            .find(|tensor| Fields(tensor).any(|(number, value)| number == 8 && value == name.as_bytes()))
            .map(|tensor| Self { tensor })
    }

    /// Returns its one-byte numbers, however they are stored.
    pub(super) fn bytes(&self) -> Vec<u8> {
        if let Some(raw) = self.field(9) {
            return raw.to_vec();
        }
        let mut packed = self.field(5).unwrap_or_default();
        let mut numbers = Vec::new();
        while let Some(number) = varint(&mut packed) {
            // An int8 is stored as a sign-extended int32, so its lowest byte is the number.
            numbers.push(number.to_le_bytes()[0]);
        }
        numbers
    }

    /// Returns its 32-bit floating-point numbers, however they are stored.
    pub(super) fn floats(&self) -> Vec<f32> {
        let raw = self.field(9).or_else(|| self.field(4)).unwrap_or_default();
        raw.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }

    fn field(&self, number: u64) -> Option<&'a [u8]> {
        Fields(self.tensor).find(|(found, _)| *found == number).map(|(_, value)| value)
    }
}

/// The fields of a message: number and content; the content of a field of fixed or variable width is left out.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = varint(&mut self.0)?;
        let content = match tag & 7 {
            0 => {
                varint(&mut self.0)?;
                &[]
            }
            1 => take(&mut self.0, 8)?,
            2 => {
                let length = varint(&mut self.0)?;
                take(&mut self.0, usize::try_from(length).ok()?)?
            }
            5 => take(&mut self.0, 4)?,
            _ => return None,
        };
        Some((tag >> 3, content))
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_tensor_is_found_and_a_cut_file_is_none() {
        let tensor = [&[0x42, 1, b'b'][..], &[0x4a, 4, 0, 0, 0x80, 0x3f]].concat();
        let graph = [&[0x2a, 3, 0x42, 1, b'a'][..], &[0x2a, tensor.len() as u8], &tensor].concat();
        let model = [&[0x08, 9, 0x3a, graph.len() as u8][..], &graph].concat();
        assert_eq!(Initializer::find(&model, "b").unwrap().floats(), [1.0]);
        assert!(Initializer::find(&model, "c").is_none());
        assert!(Initializer::find(&model[..model.len() - 1], "b").is_none());
    }
}
