//! The words by which a Lua function refuses: said in its header, in its code and in the Rust that reads its answer.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{files, read, shown, stem};

/// Shorter words are not refusals.
const WORD: usize = 6;
/// Callers that leave the reading of refusals to another file.
const READ_BY: [(&str, &str); 3] = [
    ("transaction/apply.rs", "transaction/refusal.rs"),
    ("schedule/run.rs", "task/submit.rs"),
    ("maintenance/scheduler.rs", "task/submit.rs"),
];
/// What takes words for Redis; `look` is what the audit says it with.
const COMMANDS: [&str; 3] = ["redis.call", "redis.pcall", "look"];
/// Ends the second name of a function: under that one it goes on where memory is full.
const FREEING: &str = "_freeing";
/// Of the 200 that one function of Lua may have, a few for the library's version and for a margin.
const LOCALS: usize = 195;
/// Gives the refusals that any function may make their names.
const SHARED: &str = "crates/task-queue/src/task/task_queue.rs";

pub(crate) type Words = BTreeSet<String>;

#[test]
fn every_word_in_a_header_is_one_that_the_function_says_and_the_other_way_round() {
    let parts = Parts::read();
    for (name, text) in operations() {
        assert_eq!(in_header(&text), parts.said_by(&text), "{name}.lua: left the header, right the code");
    }
}

#[test]
fn every_word_that_a_function_says_is_understood() {
    let readers = readers();
    let shared = words_of_rust(&read(SHARED));
    for (name, text) in operations() {
        let understood: Words = readers.get(&name).into_iter().flatten().chain(&shared).cloned().collect();
        let not_understood: Vec<_> = in_header(&text).difference(&understood).cloned().collect();
        assert!(
            not_understood.is_empty(),
            "{name}.lua says {not_understood:?}, and nothing in Rust reads it"
        );
    }
}

#[test]
fn every_word_that_is_understood_is_said_by_a_function() {
    let operations = operations();
    for (path, called, text) in callers() {
        let said: Words = called.iter().flat_map(|name| in_header(&operations[name])).collect();
        let understood = words_of_rust(&text);
        let never_said: Vec<_> = understood.difference(&said).collect();
        assert!(never_said.is_empty(), "{path} waits for {never_said:?}, which {called:?} never say");
    }
    let said: Words = operations.values().flat_map(|text| in_header(text)).collect();
    let never_said: Vec<_> = words_of_rust(&read(SHARED)).difference(&said).cloned().collect();
    assert!(never_said.is_empty(), "{SHARED} waits for {never_said:?}");
}

#[test]
fn every_function_is_called_by_somebody() {
    let callers = callers();
    for name in operations().keys() {
        assert!(callers.iter().any(|(_, called, _)| called.contains(name)), "nothing in Rust calls {name}");
    }
}

#[test]
fn the_library_stays_below_the_locals_that_lua_allows() {
    let shared: usize =
        files("crates/task-queue/lua/parts", "lua").iter().map(|path| locals_of(&read(path))).sum();
    for (name, text) in operations() {
        let all = shared + locals_of(&text);
        assert!(all <= LOCALS, "{name}.lua and the parts declare {all} names: fold helpers into `do … end`");
    }
}

#[test]
fn the_check_counts_locals() {
    let text = "local function a()\n  local inner = 1\nend\nlocal b, c = 1, 2\nlocal d\n-- local e\n";
    assert_eq!(locals_of(text), 4);
}

#[test]
fn the_check_finds_functions() {
    let text = "local x = 1\ndo\n  local function a(b)\n    c()\n  end\n\n  d.e = function() f() end\n  function g.h(i) end\nend\n";
    let names: Vec<_> = functions_of(text).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "d.e", "g.h"]);
}

#[test]
fn the_check_finds_words() {
    let text = "-- x: y\n--\n-- returns { 'WRONGSTATE', status }\n-- fails   SWARMNOTFOUND,\n--         LEASELOST\n-- promise NOTHING\n";
    assert_eq!(in_header(text), words(&["LEASELOST", "SWARMNOTFOUND", "WRONGSTATE"]));
    let code = "local function a()\n  redis.call(x and 'LPUSHX' or f('RPUSHX'), 'WITHSCORES') -- 'COMMENT'\n  return { 'NOTFOUND ' .. b }\nend\n";
    assert_eq!(words_of_lua(code), words(&["NOTFOUND"]));
    assert!(calls("a = held(b)", "held") && calls("(x and first or held)(b)", "held"));
    assert!(!calls("claimer.held = b.held(c) .. withheld(d)", "held"));
    assert_eq!(
        words_of_rust("match x { \"NOTFOUND\" => 1, \"ok\" => 2 } // \"COMMENT\"\n#[cfg(test)]\n\"TESTED\""),
        words(&["NOTFOUND"])
    );
}

/// Names that a text declares outside of its functions and blocks.
fn locals_of(text: &str) -> usize {
    let declared = text.lines().filter_map(|line| line.strip_prefix("local "));
    // The commas of a function's parameters separate no names.
    let names = declared.map(|rest| rest.split(['=', '(']).next().unwrap_or_default());
    names.map(|names| names.matches(',').count() + 1).sum()
}

fn words(all: &[&str]) -> Words {
    all.iter().map(|word| (*word).to_owned()).collect()
}

/// Operations and their text.
pub(crate) fn operations() -> BTreeMap<String, String> {
    let all =
        files("crates/task-queue/lua", "lua").into_iter().filter(|path| !shown(path).contains("/parts/"));
    all.map(|path| (stem(&path), read(path))).collect()
}

/// Words that stand in the sections `returns` and `fails`.
pub(crate) fn in_header(text: &str) -> Words {
    let mut section = "";
    let mut found = Words::new();
    for line in text.lines().take_while(|line| line.starts_with("--")) {
        let line = line.trim_start_matches("--");
        if line.starts_with(' ') && !line.starts_with("  ") {
            section = line.split_whitespace().next().unwrap_or_default();
        }
        if section == "returns" || section == "fails" {
            // What has an underscore is a constant.
            found.extend(line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter_map(word));
        }
    }
    found
}

/// A word of capital letters.
fn word(text: &str) -> Option<String> {
    (text.len() >= WORD && text.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| text.to_owned())
}

/// First words of the texts in a piece of Lua, but for what is said to Redis.
fn words_of_lua(code: &str) -> Words {
    let code = without_comments(code, "--");
    let pieces: Vec<_> = code.split('\'').collect();
    // Parentheses that are open since the last of `COMMANDS`; 0 outside of one.
    let mut depth = 0_usize;
    let mut found = Words::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at % 2 == 1 {
            found.extend(piece.split(' ').next().and_then(word).filter(|_| depth == 0));
            continue;
        }
        for (position, character) in piece.char_indices() {
            match character {
                '(' if depth > 0 || COMMANDS.iter().any(|says| piece[..position].ends_with(says)) => {
                    depth += 1;
                }
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    found
}

/// The functions of the shared parts, each with its code.
struct Parts(Vec<(String, String)>);

impl Parts {
    fn read() -> Self {
        let texts = files("crates/task-queue/lua/parts", "lua").into_iter().map(read);
        Self(texts.flat_map(|text| functions_of(&text)).collect())
    }

    /// Words of an operation and of all that it calls.
    fn said_by(&self, text: &str) -> Words {
        let (mut said, mut seen, mut texts) = (Words::new(), BTreeSet::new(), vec![text]);
        while let Some(text) = texts.pop() {
            said.extend(words_of_lua(text));
            let code = without_comments(text, "--");
            let functions = self.0.iter().enumerate();
            let called = functions.filter(|(at, (name, _))| calls(&code, name) && seen.insert(*at));
            texts.extend(called.map(|(_, (_, text))| text.as_str()));
        }
        said
    }
}

/// Each function of a text, by its name, with what stands before the next one.
fn functions_of(text: &str) -> Vec<(String, String)> {
    let mut functions: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match defined(line) {
            Some(name) => functions.push((name.to_owned(), format!("{line}\n"))),
            None => {
                if let Some((_, text)) = functions.last_mut() {
                    *text += &format!("{line}\n");
                }
            }
        }
    }
    functions
}

/// The function that a line begins: `function a(`, `local function a(`, `a.b = function(`.
fn defined(line: &str) -> Option<&str> {
    // What is defined within a function is part of it.
    if line.starts_with("   ") {
        return None;
    }
    let line = line.trim_start();
    let named = line.strip_prefix("local ").unwrap_or(line).strip_prefix("function ");
    named
        .and_then(|rest| rest.split('(').next())
        .or_else(|| line.split_once(" = function(").map(|(name, _)| name))
}

/// Whether a function of this name is called, or chosen between `and` and `or` to be called.
fn calls(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let whole = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        whole
            && (after.starts_with('(')
                || before.ends_with(" and ")
                || before.ends_with(" or ") && after.starts_with(')'))
    })
}

fn without_comments(code: &str, mark: &str) -> String {
    code.lines().map(|line| line.split(mark).next().unwrap_or_default().to_owned() + "\n").collect()
}

/// The files that call functions: path, the functions, its text and that of those who read for it.
fn callers() -> Vec<(String, Vec<String>, String)> {
    let mut callers = Vec::new();
    for path in files("crates/task-queue/src", "rs") {
        let text = read(&path);
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let calls = text.split("function!(\"").skip(1);
        let names = calls.map(|call| call.split('"').next().unwrap());
        let called: Vec<_> = names.map(|name| name.trim_end_matches(FREEING).to_owned()).collect();
        if !called.is_empty() {
            let others = READ_BY.iter().filter(|(caller, _)| path.ends_with(caller));
            let others: String =
                others.map(|(_, reader)| read(format!("crates/task-queue/src/{reader}"))).collect();
            callers.push((shown(&path), called, text.to_owned() + &others));
        }
    }
    callers
}

/// The words that the callers of each function look for.
fn readers() -> BTreeMap<String, Words> {
    let mut readers: BTreeMap<String, Words> = BTreeMap::new();
    for (_, called, text) in callers() {
        for name in called {
            readers.entry(name).or_default().extend(words_of_rust(&text));
        }
    }
    readers
}

fn words_of_rust(code: &str) -> Words {
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    without_comments(code, "//").split('"').filter_map(word).collect()
}
