//! Base64 as Go's `encoding/base64` and coreutils' `base64` read and write it.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes the standard form, padded: Go's `StdEncoding`.
pub fn encode(data: &[u8]) -> String {
    write(data, STANDARD, "=")
}

/// Writes the form for URLs, without padding: Go's `RawURLEncoding`.
pub fn encode_url(data: &[u8]) -> String {
    write(data, URL, "")
}

fn write(data: &[u8], alphabet: &[u8; 64], pad: &str) -> String {
    let mut out = String::with_capacity(data.len().div_ceil(3) * 4);
    for chunk in data.chunks(3) {
        let bits = chunk.iter().enumerate().fold(0u32, |bits, (i, b)| bits | u32::from(*b) << (16 - 8 * i));
        out.extend((0..=chunk.len()).map(|i| char::from(alphabet[(bits >> (18 - 6 * i) & 63) as usize])));
        out.extend((chunk.len()..3).map(|_| pad));
    }
    out
}

/// Reads the standard form as Go does: the bytes, or where the text is wrong.
pub fn decode(text: &str) -> Result<Vec<u8>, usize> {
    match wrong_at(text) {
        Some(at) => Err(at),
        None => Ok(decode_some(text.as_bytes()).0),
    }
}

/// Reads the form for URLs, padded or not; None where it is none.
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    let (bytes, whole) = read(text.as_bytes(), URL);
    whole.then_some(bytes)
}

/// Reads as coreutils do, blanks passed over: what could be read, and whether that was all.
pub fn decode_some(text: &[u8]) -> (Vec<u8>, bool) {
    read(text, STANDARD)
}

fn read(text: &[u8], alphabet: &[u8; 64]) -> (Vec<u8>, bool) {
    let (mut out, mut word, mut bits) = (Vec::new(), 0u32, 0);
    for byte in text.iter().filter(|b| !b.is_ascii_whitespace()) {
        if *byte == b'=' {
            return (out, true);
        }
        let Some(six) = alphabet.iter().position(|a| a == byte) else { return (out, false) };
        word = word << 6 | six as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
            word &= (1 << bits) - 1;
        }
    }
    (out, bits < 6)
}

/// The byte at which the text stops being base64.
pub fn wrong_at(text: &str) -> Option<usize> {
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    let input: Vec<(usize, u8)> = text.bytes().enumerate().filter(|(_, b)| !matches!(b, b'\r' | b'\n')).collect();
    let mut at = 0;
    while at < input.len() {
        for j in 0..4 {
            let Some((place, b)) = input.get(at + j).copied() else {
                // A quantum that ends early is reported where the padding should have stood.
                return Some(text.len() - j);
            };
            if alphabet(b) {
                continue;
            }
            if b != b'=' || j < 2 {
                return Some(place);
            }
            if j == 2 {
                match input.get(at + 3) {
                    None => return Some(text.len()),
                    Some((_, b)) if *b != b'=' => return Some(place),
                    Some(_) => {}
                }
            }
            let end = at + 4;
            return input.get(end).map(|(place, _)| *place);
        }
        at += 4;
    }
    None
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

    #[test]
    fn the_form_for_urls_has_no_padding() {
        for (data, coded) in [(&b""[..], ""), (b"\xfb\xff", "-_8"), (b"\xfb\xff\xfe", "-__-")] {
            assert_eq!(encode_url(data), coded);
            assert_eq!(decode_url(coded).as_deref(), Some(data));
        }
        assert_eq!((decode_url("-_8=").as_deref(), decode_url("%")), (Some(&b"\xfb\xff"[..]), None));
    }
}
