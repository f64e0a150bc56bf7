use std::fmt;
use std::net::SocketAddr;

/// The name of this server among those on the same Redis.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(String);

impl Node {
    /// The name that was set, else the machine's name and the port.
    pub fn new(set: &str, listens: SocketAddr) -> Self {
        if set.is_empty() { Self(format!("{}:{}", host(), listens.port())) } else { Self(set.to_owned()) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn host() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_set_is_kept_and_another_one_is_made_of_machine_and_port() {
        let listens = "127.0.0.1:8700".parse().unwrap();
        assert_eq!(Node::new("blue", listens).as_str(), "blue");
        let made = Node::new("", listens);
        assert!(made.as_str().ends_with(":8700") && made.as_str().len() > 5, "{made}");
    }
}
