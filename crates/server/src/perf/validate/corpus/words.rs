use super::random::Random;

/// 474 words: the frequent ones of English first, then those of people who build software.
const WORDS: &str = "\
    the of and to in a is that for it as was with be by on not he this are or his from at which but \
    have an had they you were their one all we can her has there been if more when will would who so \
    no said what up its about into than them only other new some could time these two may then do \
    first any my now such like our over man me even most made after also did many before must \
    through back years where much your way well down should because each just those people how too \
    little state good very make world still own see men work long get here between both life being \
    under never day same another know while last might us great old year off come since against go \
    came right used take three states himself few house use during without again place around \
    however home small found thought went say part once general high upon school every does got \
    united left number course war until always away something fact though water less public put \
    thing almost hand enough far took head yet government system better set told nothing night end \
    why called eyes find going look asked later knew point next program city business give group \
    toward young days let room word president side social given present several order national \
    possible rather second face per among form important often things looked early white case large \
    become need big four within felt children along saw best church ever least power development \
    light interest others turned agent token lease queue retry timeout latency payload schema index \
    cursor branch commit merge rebase patch diff compile linker macro trait module crate package \
    manifest dependency version release migration database transaction rollback replica shard \
    partition cluster failover consensus leader follower heartbeat snapshot checkpoint serializer \
    parser lexer grammar compiler interpreter runtime allocator garbage collector scheduler thread \
    mutex semaphore channel future promise callback coroutine iterator closure buffer stream socket \
    packet header cookie session credential certificate signature digest cipher entropy gradient \
    tensor embedding attention transformer inference prompt completion context window temperature \
    sampling benchmark regression coverage fixture assertion mock integration deployment container \
    kernel namespace volume registry ingress proxy gateway balancer throttle quota backoff jitter \
    breaker telemetry metric histogram percentile counter gauge trace span baggage annotation alert \
    threshold incident postmortem runbook escalation throughput bandwidth saturation contention \
    starvation deadlock livelock race condition invariant precondition assumption hypothesis \
    evidence conclusion caveat estimate budget deadline milestone stakeholder requirement \
    specification acceptance criterion review approval feedback revision draft outline summary \
    appendix citation reference footnote glossary analyse compare evaluate implement refactor \
    document investigate reproduce isolate verify validate confirm reject propose recommend \
    prioritise delegate coordinate aggregate deduplicate normalise sanitise escape encode decode \
    compress decompress encrypt decrypt authenticate authorise cache evict prefetch paginate batch \
    flush drain resume pause cancel expire renew acquire";

/// A dictionary from which words are drawn as language uses them: the nth about 1/n as often as the first (Zipf, Human
/// Behavior and the Principle of Least Effort, 1949).
#[derive(Debug)]
pub(super) struct Words {
    words: Vec<&'static str>,
    /// Up to which number below the last one each word is drawn.
    up_to: Vec<usize>,
}

impl Words {
    pub(super) fn new() -> Self {
        const FIRST: usize = 100_000;
        let words: Vec<_> = WORDS.split_whitespace().collect();
        let mut sum = 0;
        let weigh = |rank: usize| {
            sum += FIRST / (rank + 8);
            sum
        };
        let up_to = (0..words.len()).map(weigh).collect();
        Self { words, up_to }
    }

    pub(super) fn draw(&self, random: &mut Random) -> &'static str {
        let drawn = random.below(self.up_to.last().copied().unwrap_or(1));
        self.words[self.up_to.partition_point(|up_to| *up_to <= drawn)]
    }

    /// A sentence of 6 to 25 words.
    pub(super) fn sentence(&self, random: &mut Random) -> String {
        let mut text = String::new();
        for at in 0..6 + random.below(20) {
            if at > 0 {
                text.push_str(if random.below(12) == 0 { ", " } else { " " });
            }
            text.push_str(self.draw(random));
        }
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text.push('.');
        text
    }
}
