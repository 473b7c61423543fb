//! How deep is a JSON text? Told before it is parsed, byte by byte.

/// The most objects and arrays within each other at any place of a text.
pub(super) fn depth(text: &[u8]) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    let (mut in_string, mut is_escaped) = (false, false);
    for byte in text {
        match (in_string, byte) {
            (true, _) if is_escaped => is_escaped = false,
            (true, b'\\') => is_escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'{' | b'[') => {
                now += 1;
                most = most.max(now);
            }
            (false, b'}' | b']') => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_within_strings_do_not_count() {
        assert_eq!(depth(br#"{"a": ["}", "\"[[[", {"b": 1}], "c": []}"#), 3);
        assert_eq!((depth(b"1"), depth(b"]]]"), depth(&[b'['; 200])), (0, 0, 200));
    }
}
