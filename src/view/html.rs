//! The text of a small web page, for a window that never puts what a server says into the page as HTML. Pure.

/// Elements after which a line ends.
const BLOCKS: [&str; 14] =
    ["address", "br", "div", "h1", "h2", "h3", "h4", "hr", "li", "p", "pre", "table", "tr", "ul"];
/// Elements whose text is not shown.
const HIDDEN: [&str; 3] = ["head", "script", "style"];
const ENTITIES: [(&str, &str); 6] =
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];

/// What a reader would see of `source`; text that is no HTML stays as it is.
pub fn text(source: &str) -> String {
    let begin = source.trim_start().get(..14).unwrap_or("").to_ascii_lowercase();
    if !begin.starts_with("<!doctype html") && !begin.starts_with("<html") {
        return source.trim_end().to_owned();
    }
    let (mut out, mut rest, mut hidden) = (String::new(), source, None::<&str>);
    while let Some((before, after)) = rest.split_once('<') {
        if hidden.is_none() {
            flow(&mut out, before);
        }
        // A tag that is not closed ends the page.
        let (tag, after) = after.split_once('>').unwrap_or(("", ""));
        rest = after;
        let closes = tag.starts_with('/');
        let name = tag.trim_start_matches('/').split([' ', '\n', '\t', '/']).next().unwrap_or("").to_ascii_lowercase();
        match hidden {
            Some(open) if closes && open == name => hidden = None,
            None if !closes => hidden = HIDDEN.iter().find(|h| **h == name).copied(),
            _ => {}
        }
        if hidden.is_none() && BLOCKS.contains(&name.as_str()) && !out.ends_with("\n\n") && !out.is_empty() {
            out.push('\n');
        }
    }
    if hidden.is_none() {
        flow(&mut out, rest);
    }
    let text = ENTITIES.iter().fold(out, |text, (entity, sign)| text.replace(entity, sign));
    text.trim().to_owned()
}

/// Adds running text: stretches of white space are one space.
fn flow(out: &mut String, text: &str) {
    let spaced = text.starts_with(char::is_whitespace);
    for (i, word) in text.split_whitespace().enumerate() {
        let begins = out.is_empty() || out.ends_with(['\n', ' ']);
        if (i > 0 || spaced) && !begins {
            out.push(' ');
        }
        out.push_str(word);
    }
    if text.ends_with(char::is_whitespace) && !out.is_empty() && !out.ends_with(['\n', ' ']) {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_page_reads_as_a_browser_shows_it() {
        let page = "<!DOCTYPE html>\n<html>\n<head>\n<title>T</title>\n<style>\nbody { width: 35em; }\n</style>\n</head>\n\
                    <body>\n<h1>Welcome!</h1>\n<p>If you see\nthis, <a href=\"x\">all</a> &amp; more.</p>\n<p><em>Thanks</em></p></body></html>";
        assert_eq!(text(page), "Welcome!\n\nIf you see this, all & more.\n\nThanks");
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for plain in ["You've hit kubia\n", "{\"a\": \"<b>\"}", "a < b", ""] {
            assert_eq!(text(plain), plain.trim_end());
        }
    }

    #[test]
    fn a_page_that_breaks_off_is_shown_as_far_as_it_goes() {
        assert_eq!(text("<html><body>a<br>b <"), "a\nb");
        assert_eq!(text("<html><script>x"), "");
    }
}
