use std::fmt::Write as _;

/// By what a user shows that it is the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Password<'a> {
    /// A password of which Redis is told the SHA-256, in hexadecimal.
    Sha256(&'a str),
    /// None: for a Redis that nobody else can reach.
    Any,
}

/// What a user may do: these commands, on keys and channels that begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    commands: Vec<&'static str>,
    prefix: &'static str,
}

impl Rights {
    /// [`COMMANDS`](super::COMMANDS), and `commands` that the functions of a library run: Redis holds a function to the
    /// rights of whoever calls it.
    pub fn new(prefix: &'static str, commands: impl IntoIterator<Item = &'static str>) -> Self {
        let mut commands: Vec<_> = super::COMMANDS.iter().map(|(name, _)| *name).chain(commands).collect();
        commands.sort_unstable();
        commands.dedup();
        Self { commands, prefix }
    }

    /// The commands, in their order.
    pub fn commands(&self) -> &[&'static str] {
        &self.commands
    }

    /// What all keys and channels begin with.
    pub const fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The rules as they stand behind the name of a new user, in a file of users, in a settings file of Redis, and in
    /// `ACL SETUSER`.
    pub fn rules(&self, password: Password<'_>) -> String {
        let mut rules = match password {
            Password::Sha256(digest) => format!("on #{digest}"),
            Password::Any => "on nopass".to_owned(),
        };
        let prefix = self.prefix;
        // A String takes whatever is written. A user may have any channel where an old `acl-pubsub-default` says so.
        let _ = write!(rules, " resetchannels ~{prefix}* &{prefix}* -@all");
        for command in &self.commands {
            let _ = write!(rules, " +{command}");
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_name_each_command_once_and_no_password() {
        let rights = Rights::new("wg:", ["hset", "ping"]);
        let rules = rights.rules(Password::Sha256("ab12"));
        assert!(rules.starts_with("on #ab12 resetchannels ~wg:* &wg:* -@all +asking "), "{rules}");
        assert_eq!(rules.matches(" +ping").count(), 1);
        assert!(rules.contains(" +hset ") && !rules.contains('>') && !rules.contains("+@"), "{rules}");
        assert!(rights.rules(Password::Any).starts_with("on nopass "));
    }
}
