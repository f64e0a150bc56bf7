//! The recipes of docs/recipes, each with participants that come at the same time and one that dies at the worst moment.

mod barrier;
mod blackboard;
mod hand_over;
mod leader_election;
mod quorum_vote;
mod support;
mod work_stealing;
