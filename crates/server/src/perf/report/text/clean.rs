/// What stands for a character that is not shown.
const HIDDEN: char = '\u{fffd}';

/// `text` without anything that a terminal would act upon, or that would change how the rest of its line reads: names
/// come from users.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if is_harmless(c) { c } else { HIDDEN }).collect()
}

/// At most `most` characters of it, the last one telling that there are more.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('~');
    short
}

/// `text` as lines of at most `width` characters, broken between words where that is possible.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, |line| line.chars().count());
        let fits = last == 0 || last + 1 + word.chars().count() <= width;
        if !fits {
            lines.push(String::new());
        }
        let Some(line) = lines.last_mut() else { continue };
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&cut(word, width));
    }
    lines
}

/// No control character, none that turns the direction of writing, none that takes no room.
fn is_harmless(c: char) -> bool {
    let invisible = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !c.is_control() && !invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_act_upon_is_hidden() {
        for nasty in
            ["\x1b[31m", "a\nb", "\r", "\x07", "\u{9b}2J", "\u{202e}abc", "\u{2066}", "\u{200b}", "\x7f"]
        {
            let shown = clean(nasty);
            assert!(shown.contains(HIDDEN), "{nasty:?}");
            assert_eq!(shown.chars().count(), nasty.chars().count());
            assert!(!shown.chars().any(char::is_control), "{nasty:?}");
        }
        assert_eq!(clean("Grüße-日本 <b>"), "Grüße-日本 <b>");
    }

    #[test]
    fn what_is_too_long_says_that_there_is_more() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde~");
    }

    #[test]
    fn a_sentence_is_broken_between_its_words() {
        assert_eq!(wrapped("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrapped("abcdefghijkl m", 5), ["abcd~", "m"]);
        assert_eq!(wrapped("", 5), [""]);
    }
}
