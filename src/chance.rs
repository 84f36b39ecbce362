//! Chance as a keyed hash: the same seed and the same words give the same number, whatever else was drawn.

/// A number from the seed and the words that name the draw, such as `["pull", "node-1", "nginx:1.9.1"]`.
///
/// FNV-1a over the words, then a 64-bit finaliser so that close words give far numbers.
pub fn chance(seed: u64, words: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ seed;
    for word in words {
        for byte in word.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// A number in `from..=to` for that draw.
pub fn between(seed: u64, words: &[&str], from: u64, to: u64) -> u64 {
    from + chance(seed, words) % (to.saturating_sub(from) + 1)
}

/// A version-4-shaped UID for that draw.
pub fn uid(seed: u64, words: &[&str]) -> String {
    let high = chance(seed, words);
    let low = chance(seed ^ 0x5bd1_e995, words);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 48 & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

/// A generated name's five characters.
///
/// upstream: k8s.io/apimachinery/pkg/util/rand, alphanums without vowels and look-alikes.
pub fn suffix(seed: u64, words: &[&str]) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut number = chance(seed, words);
    (0..5)
        .map(|_| {
            let at = usize::try_from(number % 27).unwrap_or_default();
            number /= 27;
            char::from(ALPHABET[at])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_its_words_and_seed_alone() {
        assert_eq!(
            chance(1, &["pull", "node-1"]),
            chance(1, &["pull", "node-1"])
        );
        assert_ne!(
            chance(1, &["pull", "node-1"]),
            chance(2, &["pull", "node-1"])
        );
        assert_ne!(chance(1, &["ab", "c"]), chance(1, &["a", "bc"]));
        assert_eq!(suffix(7, &["x"]).len(), 5);
        assert_eq!(uid(7, &["x"]).len(), 36);
        for draw in 0..50 {
            assert!((3..=5).contains(&between(draw, &["x"], 3, 5)));
        }
    }
}
