//! The page's words, a struct of texts for each language, so that a missing one does not compile.
//!
//! What a cluster or kubectl says is never translated. A text may hold `code` between backticks, which the page draws as such.

mod en;
pub mod texts;
mod zh;

pub use texts::{PodWords, Texts};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    En,
    Zh,
}

impl Lang {
    /// The value of `lang` attributes and parameters.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// Chinese for any tag that begins with `zh`, English for everything else.
    pub fn from_tag(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("zh") { Self::Zh } else { Self::En }
    }

    /// The one to switch to.
    pub fn other(self) -> Self {
        match self {
            Self::En => Self::Zh,
            Self::Zh => Self::En,
        }
    }

    /// All the words of this language.
    pub fn texts(self) -> &'static Texts {
        match self {
            Self::En => &en::EN,
            Self::Zh => &zh::ZH,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_chooses_the_language() {
        for (tag, lang) in
            [("zh-CN", Lang::Zh), ("ZH", Lang::Zh), ("en-GB", Lang::En), ("de", Lang::En), ("", Lang::En)]
        {
            assert_eq!(Lang::from_tag(tag), lang, "{tag}");
        }
        assert_eq!(Lang::from_tag(Lang::Zh.other().code()), Lang::En);
    }

    #[test]
    fn counts_read_well() {
        let en = Lang::En.texts();
        assert_eq!((en.picture.node_label)("node-1", 1), "Node node-1, 1 pod");
        assert_eq!((en.picture.node_label)("node-1", 2), "Node node-1, 2 pods");
        assert_eq!((Lang::Zh.texts().picture.node_label)("node-1", 2), "节点 node-1，2 个 Pod");
    }

    #[test]
    fn a_pod_is_described_whole() {
        let words = PodWords {
            name: "web",
            namespace: "default",
            status: "Running",
            ready: "1/1",
            node: "node-1",
            doomed: true,
            highlighted: false,
        };
        let en = (Lang::En.texts().picture.pod_label)(&words);
        assert_eq!(en, "Pod web, namespace default, Running, ready 1/1, on node-1, would be deleted");
        let zh = (Lang::Zh.texts().picture.pod_label)(&PodWords { node: "", doomed: false, ..words });
        assert_eq!(zh, "Pod web，命名空间 default，Running，就绪 1/1，等待分配节点");
    }
}
