//! In what form a client wants its answer. Models `apiserver/pkg/endpoints/handlers/negotiation`.

use super::http::split_target;
use super::wire::HttpRequest;
use crate::client::Accept;

/// The form of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub accept: Accept,
    /// Only the metadata of objects: `as=PartialObjectMetadata`.
    pub partial: bool,
    pub yaml: bool,
    /// Indented, as for people with curl or a browser.
    pub pretty: bool,
    /// False where nothing that the client accepts is served.
    pub acceptable: bool,
}

/// User agents that get indented answers.
const PEOPLE: [&str; 3] = ["curl", "Wget", "Mozilla/5.0"];

impl Form {
    /// The first representation of the list that is served.
    pub fn of(http: &HttpRequest) -> Self {
        let header = http.header("accept");
        let first = header.split(',').map(str::trim).find_map(media);
        let mut form = first.unwrap_or(Self { acceptable: header.is_empty(), ..Self::default() });
        let (_, query) = split_target(&http.target);
        form.pretty = match query.iter().find(|(name, value)| name == "pretty" && !value.is_empty()) {
            Some((_, value)) => matches!(value.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True"),
            None => PEOPLE.iter().any(|agent| http.header("user-agent").starts_with(agent)),
        };
        form
    }
}

/// What one entry of `Accept` asks for; None where that is not served.
fn media(wanted: &str) -> Option<Form> {
    let mut parts = wanted.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let mut form = Form { yaml: media_type == "application/yaml", acceptable: true, ..Form::default() };
    if !form.yaml && !matches!(media_type, "application/json" | "application/*" | "*/*") {
        return None;
    }
    let version = wanted.split(';').find_map(|p| p.trim().strip_prefix("v=")).unwrap_or_default();
    match parts.find_map(|p| p.strip_prefix("as=")) {
        None => {}
        Some("Table") => form.accept = Accept::Table,
        Some("PartialObjectMetadata" | "PartialObjectMetadataList") => form.partial = true,
        Some("APIGroupDiscoveryList") if version == "v2" => form.accept = Accept::Discovery,
        Some(_) => return None,
    }
    Some(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(accept: &str) -> Form {
        let headers = vec![("accept".to_owned(), accept.to_owned())];
        Form::of(&HttpRequest { headers, ..HttpRequest::default() })
    }

    #[test]
    fn the_first_served_representation_is_taken() {
        let kubectl = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
        assert_eq!(form(kubectl).accept, Accept::Table);
        let discovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
        assert_eq!(form(discovery).accept, Accept::Discovery);
        assert_eq!(form("application/vnd.kubernetes.protobuf,application/json").accept, Accept::Json);
        assert!(form("").acceptable && form("*/*").acceptable && form("application/yaml").yaml);
        assert!(form("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1").partial);
        assert!(!form("text/html").acceptable);
    }

    #[test]
    fn people_get_indented_answers() {
        let asked = |target: &str, agent: &str| {
            let headers = vec![("user-agent".to_owned(), agent.to_owned())];
            Form::of(&HttpRequest { target: target.into(), headers, ..HttpRequest::default() }).pretty
        };
        assert!(asked("/api", "curl/8.5.0") && asked("/api?pretty=true", "kubectl/v1.36.2"));
        assert!(!asked("/api", "kubectl/v1.36.2") && !asked("/api?pretty=false", "curl/8.5.0"));
    }
}
