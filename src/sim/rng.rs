//! The one source of chance: SplitMix64, in fixed-width integers, so that wasm32 and native draw the same.

/// A seeded generator (SplitMix64; Steele, Lea, Flood 2014). Part of the snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng(u64);

/// The alphabet of generated names. Models `apimachinery/pkg/util/rand`: no vowels, nothing read as another.
const SAFE: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for one purpose, so that a draw here does not shift the draws there.
    pub fn fork(&self, purpose: &str) -> Self {
        Self(
            purpose
                .bytes()
                .fold(self.0 ^ 0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)),
        )
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `bound` - 1; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// A random (version 4) UUID.
    pub fn uuid(&mut self) -> String {
        let (a, b) = (self.next_u64(), self.next_u64());
        let (hi, lo) = (a & !0xf000 | 0x4000, b & !(3 << 62) | (2 << 62));
        let h = format!("{hi:016x}{lo:016x}");
        format!("{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
    }

    /// `n` characters for generated names. Models `rand.String`.
    pub fn suffix(&mut self, n: usize) -> String {
        (0..n).map(|_| SAFE[self.below(SAFE.len() as u64) as usize] as char).collect()
    }

    /// `n` bytes as lower-case hexadecimal: container ids and digests.
    pub fn hex(&mut self, n: usize) -> String {
        (0..n).map(|_| format!("{:02x}", self.below(256))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algorithm_is_the_published_one() {
        // First outputs of SplitMix64 for seed 1234567, from its reference implementation.
        let mut rng = Rng::new(1_234_567);
        assert_eq!(rng.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn forks_are_apart_and_repeat() {
        let root = Rng::new(1);
        assert_ne!(root.fork("a").next_u64(), root.fork("b").next_u64());
        assert_eq!(root.fork("a").uuid(), root.fork("a").uuid());
    }
}
