//! SPDY/3.1 as far as port-forward speaks it: frames and header blocks. Models `moby/spdystream/spdy`.

use flate2::{Decompress, FlushDecompress};

/// What both sides' header blocks are compressed against (draft-mbelshe-httpbis-spdy-00, 2.6.10.1).
const DICTIONARY: &[u8] = include_bytes!("spdy-dictionary.bin");
/// A frame may not be longer; kubectl's are of 32 KiB.
const LONGEST: usize = 1 << 20;
/// A header block may not be longer once it is unpacked.
const LONGEST_HEADERS: usize = 1 << 16;

const VERSION: u8 = 3;
const SYN_STREAM: u16 = 1;
const SYN_REPLY: u16 = 2;
const RST_STREAM: u16 = 3;
const PING: u16 = 6;
const GOAWAY: u16 = 7;
const FIN: u8 = 1;

/// Names a stream within its connection.
pub type SpdyId = u32;

/// What the client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A stream begins; its headers, names in lower case.
    Open { id: SpdyId, headers: Vec<(String, String)> },
    /// Bytes of a stream, and whether they are its last.
    Data { id: SpdyId, data: Vec<u8>, last: bool },
    /// The client is done with a stream.
    Reset(SpdyId),
    /// To be sent back as it is.
    Ping(Vec<u8>),
    /// The client leaves.
    Away,
}

/// Reads frames out of bytes that come in pieces.
pub struct Reader {
    input: Vec<u8>,
    headers: Decompress,
}

impl Default for Reader {
    fn default() -> Self {
        Self { input: Vec::new(), headers: Decompress::new(true) }
    }
}

impl Reader {
    /// Takes in bytes; the frames that are complete now.
    ///
    /// # Errors
    /// What came is not SPDY/3.1; nothing that follows can be read.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, &'static str> {
        self.input.extend_from_slice(bytes);
        let mut frames = Vec::new();
        while let Some(head) = self.input.first_chunk::<8>().copied() {
            let length = usize::from(head[5]) << 16 | usize::from(head[6]) << 8 | usize::from(head[7]);
            if length > LONGEST {
                return Err("a frame is too long");
            }
            if self.input.len() < 8 + length {
                break;
            }
            let frame: Vec<u8> = self.input.drain(..8 + length).collect();
            frames.extend(self.frame(&frame)?);
        }
        Ok(frames)
    }

    /// A whole frame; None for those that ask for nothing (settings, windows).
    fn frame(&mut self, frame: &[u8]) -> Result<Option<Frame>, &'static str> {
        let (last, body) = (frame[4] & FIN != 0, &frame[8..]);
        if frame[0] & 0x80 == 0 {
            return Ok(Some(Frame::Data { id: number(frame)?, data: body.to_vec(), last }));
        }
        if frame[1] != VERSION {
            return Err("this is not SPDY/3.1");
        }
        Ok(match u16::from_be_bytes([frame[2], frame[3]]) {
            SYN_STREAM => {
                let packed = body.get(10..).ok_or("a stream begins without headers")?;
                Some(Frame::Open { id: number(body)?, headers: self.header_block(packed)? })
            }
            RST_STREAM => Some(Frame::Reset(number(body)?)),
            PING => Some(Frame::Ping(frame.to_vec())),
            GOAWAY => Some(Frame::Away),
            _ => None,
        })
    }

    fn header_block(&mut self, packed: &[u8]) -> Result<Vec<(String, String)>, &'static str> {
        let plain = self.unpack(packed)?;
        let mut rest = plain.as_slice();
        let pairs = number(rest)?;
        rest = &rest[4..];
        let mut text = || -> Result<String, &'static str> {
            let length = number(rest)? as usize;
            let text = rest.get(4..4 + length).ok_or("a header is cut off")?;
            rest = &rest[4 + length..];
            Ok(String::from_utf8_lossy(text).into_owned())
        };
        // Each pair takes eight bytes at least, so that the block's length bounds them.
        (0..pairs).map(|_| Ok((text()?.to_ascii_lowercase(), text()?))).collect()
    }

    fn unpack(&mut self, mut packed: &[u8]) -> Result<Vec<u8>, &'static str> {
        let mut plain = Vec::with_capacity(1 << 12);
        loop {
            let (read, written) = (self.headers.total_in(), plain.len());
            let done = self.headers.decompress_vec(packed, &mut plain, FlushDecompress::Sync);
            packed = packed.get((self.headers.total_in() - read) as usize..).unwrap_or_default();
            match done {
                Err(e) if e.needs_dictionary().is_some() => {
                    self.headers.set_dictionary(DICTIONARY).map_err(|_| "another dictionary than SPDY's")?;
                }
                Err(_) => return Err("headers that cannot be unpacked"),
                Ok(_) if plain.len() > LONGEST_HEADERS => return Err("headers that are too long"),
                Ok(_) if plain.len() == plain.capacity() => plain.reserve(1 << 12),
                Ok(_) if packed.is_empty() || plain.len() == written => return Ok(plain),
                Ok(_) => {}
            }
        }
    }
}

/// The 31 bits that begin some bytes.
fn number(bytes: &[u8]) -> Result<u32, &'static str> {
    let first = bytes.first_chunk::<4>().ok_or("a frame is cut off")?;
    Ok(u32::from_be_bytes(*first) & 0x7fff_ffff)
}

/// Writes frames.
#[derive(Default)]
pub struct Writer {
    /// The header blocks' common compression has begun.
    begun: bool,
    out: Vec<u8>,
}

impl Writer {
    /// Agrees to a stream, without headers.
    pub fn accept(&mut self, id: SpdyId) {
        let mut body = id.to_be_bytes().to_vec();
        // A zlib stream of stored blocks: compression that compresses nothing. The empty block makes the reader hand over.
        if !std::mem::replace(&mut self.begun, true) {
            body.extend([0x78, 0x01]);
        }
        body.extend([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0]);
        body.extend([0, 0, 0, 0xff, 0xff]);
        self.control(SYN_REPLY, &body);
    }

    /// Bytes of a stream; `last` closes this side of it.
    pub fn data(&mut self, id: SpdyId, data: &[u8], last: bool) {
        self.out.extend(id.to_be_bytes());
        self.finish(if last { FIN } else { 0 }, data);
    }

    /// Sends a ping back.
    pub fn pong(&mut self, ping: &[u8]) {
        self.out.extend_from_slice(ping);
    }

    /// What was written since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    fn control(&mut self, kind: u16, body: &[u8]) {
        self.out.extend([0x80, VERSION]);
        self.out.extend(kind.to_be_bytes());
        self.finish(0, body);
    }

    fn finish(&mut self, flags: u8, body: &[u8]) {
        // Nothing that is written here comes near the 24 bits of a length.
        let [_, a, b, c] = (body.len() as u32).to_be_bytes();
        self.out.extend([flags, a, b, c]);
        self.out.extend_from_slice(body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compress, Compression, FlushCompress};

    /// A frame as kubectl writes it: headers packed with the dictionary.
    fn open(packer: &mut Compress, id: u32, headers: &[(&str, &str)]) -> Vec<u8> {
        let text = |s: &str| [&(s.len() as u32).to_be_bytes()[..], s.as_bytes()].concat();
        let mut plain = (headers.len() as u32).to_be_bytes().to_vec();
        plain.extend(headers.iter().flat_map(|(name, value)| [text(name), text(value)].concat()));
        let mut packed = Vec::with_capacity(1 << 12);
        packer.compress_vec(&plain, &mut packed, FlushCompress::Sync).unwrap();
        let body = [&id.to_be_bytes()[..], &[0; 6], &packed].concat();
        let mut frame = vec![0x80, 3, 0, 1, 0];
        frame.extend(&(body.len() as u32).to_be_bytes()[1..]);
        [frame, body].concat()
    }

    fn packer() -> Compress {
        let mut packer = Compress::new(Compression::best(), true);
        packer.set_dictionary(DICTIONARY).unwrap();
        packer
    }

    #[test]
    fn streams_open_with_their_headers_however_the_bytes_come() {
        let mut packer = packer();
        let wanted = [("streamtype", "error"), ("port", "8080"), ("requestid", "0")];
        let bytes = [open(&mut packer, 1, &wanted), open(&mut packer, 3, &wanted)].concat();
        for piece in [1, 7, bytes.len()] {
            let mut reader = Reader::default();
            let frames: Vec<Frame> = bytes.chunks(piece).flat_map(|c| reader.take(c).unwrap()).collect();
            let headers: Vec<_> = wanted.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
            let open = |id| Frame::Open { id, headers: headers.clone() };
            assert_eq!(frames, [open(1), open(3)], "{piece} bytes at a time");
        }
    }

    #[test]
    fn data_pings_and_the_end_are_read() {
        let mut reader = Reader::default();
        let data = [0, 0, 0, 5, FIN, 0, 0, 2, b'h', b'i'];
        let ping = [0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1];
        let away = [0x80, 3, 0, 7, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0];
        let frames = reader.take(&[&data[..], &ping, &away].concat()).unwrap();
        let want = [Frame::Data { id: 5, data: b"hi".to_vec(), last: true }, Frame::Ping(ping.to_vec()), Frame::Away];
        assert_eq!(frames, want);
    }

    #[test]
    fn what_is_not_spdy_is_refused() {
        for bytes in [&b"\x80\x02\0\x01\0\0\0\x04abcd"[..], b"\0\0\0\x01\0\xff\xff\xff", b"\x80\x03\0\x01\0\0\0\x02ab"]
        {
            assert!(Reader::default().take(bytes).is_err(), "{bytes:?}");
        }
        let mut garbage = vec![0x80, 3, 0, 1, 0, 0, 0, 20];
        garbage.extend([7; 20]);
        assert!(Reader::default().take(&garbage).is_err());
    }

    #[test]
    fn replies_can_be_unpacked() {
        let mut writer = Writer::default();
        writer.accept(1);
        writer.accept(3);
        let out = writer.take();
        let mut unpacker = Decompress::new(true);
        let (first, second) = out.split_at(8 + 4 + 2 + 14);
        for reply in [first, second] {
            let mut plain = Vec::with_capacity(64);
            unpacker.decompress_vec(&reply[12..], &mut plain, FlushDecompress::Sync).unwrap();
            assert_eq!(plain, [0, 0, 0, 0], "no headers");
        }
    }
}
