//! Base64 as Go's `base64.StdEncoding` reads and writes it.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub fn encode(data: &[u8]) -> String {
    let mut out = String::new();
    for chunk in data.chunks(3) {
        let bits = chunk.iter().enumerate().fold(0u32, |bits, (i, b)| bits | u32::from(*b) << (16 - 8 * i));
        for i in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { digit.into() } else { '=' });
        }
    }
    out
}

/// The bytes, or where the text is wrong.
pub fn decode(text: &str) -> Result<Vec<u8>, usize> {
    let (mut out, mut bits, mut count) = (Vec::new(), 0u32, 0);
    let bytes = text.as_bytes();
    for (at, b) in bytes.iter().enumerate() {
        if matches!(b, b'\n' | b'\r') {
            continue;
        }
        if *b == b'=' {
            let rest = bytes.get(at..).unwrap_or(&[]).iter().filter(|b| !matches!(b, b'\n' | b'\r')).count();
            let padded = count % 4 >= 2 && count % 4 + rest == 4 && text.trim_end().ends_with('=');
            return if padded { Ok(out) } else { Err(at) };
        }
        let Some(digit) = ALPHABET.iter().position(|a| a == b) else { return Err(at) };
        bits = bits << 6 | digit as u32;
        count += 1;
        if count % 4 != 1 {
            let shift = [0, 0, 4, 2][count % 4];
            out.push((bits >> shift & 255) as u8);
        }
    }
    // What is left of a group of four is wrong from its beginning.
    if count % 4 == 0 { Ok(out) } else { Err(text.len() - count % 4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_go_there_and_back() {
        for (text, coded) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("abcd", "YWJjZA==")] {
            assert_eq!(encode(text.as_bytes()), coded);
            assert_eq!(decode(coded).unwrap(), text.as_bytes());
        }
        assert_eq!((decode("YQ"), decode("Y!=="), decode("YWJj=")), (Err(0), Err(1), Err(4)));
    }
}
