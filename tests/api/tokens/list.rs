use serde_json::json;
use waggle_tests::{Service, Setup, in_a_swarm_of};

use super::made::stored;

#[test]
fn tokens_are_listed_by_name_without_anything_that_leads_to_a_secret() {
    let service = Service::start(Setup::private().with_tokens());
    in_a_swarm_of(&service, async |w| {
        let flags = ["--scopes", "work,message", "--swarms", "a,b", "--agent", "a1", "--expires-ms", "60000"];
        let secret = stored(&service, "ci", &flags);
        let reply = w.client().get("/v1/tokens").send().await;
        assert!(!reply.text.contains("sha256") && !reply.text.contains(&secret), "{}", reply.text);
        let listed = reply.ok();
        let (ci, root) = (&listed["items"][0], &listed["items"][1]);
        assert_eq!((&ci["name"], &ci["source"]), (&json!("ci"), &json!("redis")));
        assert_eq!(ci["scopes"], json!(["work", "message"]));
        assert_eq!((&ci["swarms"], &ci["agent"]), (&json!(["a", "b"]), &json!("a1")));
        assert!(ci["expires_at"].as_str() > ci["created_at"].as_str(), "{ci}");
        assert_eq!((&root["name"], &root["source"]), (&json!("root"), &json!("configuration")));
        assert!(root["created_at"].is_null() && root["expires_at"].is_null(), "{root}");
        assert!(listed["next_cursor"].is_null());
        let said = service.setup().run(&["token", "list", "--url", &service.base()]);
        let said = String::from_utf8(said.stdout).unwrap();
        assert!(said.lines().count() == 2 && !said.contains("sha256"), "{said}");
    });
}

#[test]
fn a_page_ends_where_the_next_one_begins() {
    let service = Service::start(Setup::private().with_tokens());
    in_a_swarm_of(&service, async |w| {
        for name in ["b", "a", "c"] {
            stored(&service, name, &["--scopes", "work"]);
        }
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = w.client().get(&format!("/v1/tokens?limit=3{cursor}")).send().await.ok();
            let items = page["items"].as_array().unwrap();
            names.extend(items.iter().map(|token| token["name"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(names, ["a", "b", "c", "root"]);
        for (query, pointer) in [("limit=0", "/limit"), ("limit=501", "/limit"), ("cursor=%2f", "/cursor")] {
            let problem = w.client().get(&format!("/v1/tokens?{query}")).send().await;
            assert_eq!(problem.problem(422, "validation")["errors"][0]["pointer"], pointer);
        }
    });
}
