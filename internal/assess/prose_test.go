package assess

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/merge"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/remark"
	"github.com/midspan/midspan/internal/wording"
)

// doers are those who can do something for a good.
var doers = []string{"The maintainers ", "The maintainers or a funder ", "A funder ", "The owner ", "The owner or a funder ", "The person who does most ", "Ask the owner", "Ask the maintainers "}

func TestWhatClearsARuleSaysWhoCanDoIt(t *testing.T) {
	for _, r := range loaded(t).rules {
		if r.clears == "" {
			continue
		}
		if r.isForm && strings.HasPrefix(r.clears, "Money that comes already is seen once the owner ") {
			continue
		}
		if !slices.ContainsFunc(doers, func(who string) bool { return strings.HasPrefix(r.clears, who) }) {
			t.Errorf("%s: nobody does it: %s", r.id, r.clears)
		}
	}
}

// A form shows what exists: it must never be told as what lifts a stage.
func TestAFormToFillInIsMarkedAsOne(t *testing.T) {
	for _, r := range loaded(t).rules {
		if names := strings.Contains(r.clears, "funding.json") || strings.Contains(r.clears, "FUNDING.yml"); names != r.isForm && !strings.HasPrefix(r.id, "load.") {
			t.Errorf("%s: %s", r.id, r.clears)
		}
	}
}

func TestNobodyAsksForASecondPersonWhereThereIsNoFirst(t *testing.T) {
	for _, r := range loaded(t).rules {
		for _, sentence := range []string{r.holds, r.none, r.clears} {
			if strings.Contains(strings.ToLower(sentence), "a second person") {
				t.Errorf("%s: %s", r.id, sentence)
			}
		}
	}
	v := assessed(t, with(middle(), map[string]any{"people.contributors-6m": 0.0, "people.regular-contributors-12m": 0.0}))
	for _, reason := range v.Supports[0].Reasons {
		if reason.Rule == "people.no-second" && reason.Sentence != "Nobody commits regularly." {
			t.Errorf("of no regular contributor: %s", reason.Sentence)
		}
	}
}

func TestWorkOfOnePersonIsToldInCommits(t *testing.T) {
	one := map[string]any{"people.contributors-12m": 1.0, "people.remaining-share-12m": 0.0, "people.first-commits-12m": 39.0, "people.remaining-commits-12m": 0.0}
	var said []string
	for _, reason := range assessed(t, with(middle(), one)).Supports[0].Reasons {
		said = append(said, reason.Sentence)
	}
	if !slices.Contains(said, "One person made all 39 commits of the last 12 months.") || strings.Contains(strings.Join(said, " "), "half of the commits") {
		t.Errorf("%q", said)
	}
}

// No sentence holds the id of a rule or a measure, not all was filled, or a time in many
// days.
func TestProseHoldsNoIdsAndNoHeapsOfDays(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`\b(load|people|momentum|upkeep|funding|lifecycle|advisories|posture|governance|stage)\.[a-z]`)
	days := regexp.MustCompile(`\b(7[4-9][0-9]|[89][0-9][0-9]|[0-9]+,[0-9]{3}) days`)
	for _, v := range randomVerdicts() {
		said := append(slices.Concat(v.Lift), strings.ReplaceAll(v.Because, "Measure ", ""))
		if v.Borderline != nil {
			said = append(said, strings.ReplaceAll(v.Borderline.Sentence, "measure "+v.Borderline.Measure, ""))
		}
		for _, r := range reasonsIn(v) {
			said = append(said, r.Sentence, r.Clears)
		}
		for _, sentence := range said {
			// The names of measures are their ids in these tests.
			sentence = regexp.MustCompile(`[Mm]easure [a-z.0-9-]+`).ReplaceAllString(sentence, "")
			if sentence = strings.ReplaceAll(sentence, "funding.json", ""); id.MatchString(sentence) || days.MatchString(sentence) || strings.ContainsAny(sentence, "{}") {
				t.Errorf("%s", sentence)
			}
		}
	}
}

func TestNineYearsAreNotToldInDays(t *testing.T) {
	v := assessed(t, with(middle(), map[string]any{"momentum.days-since-commit": 3300.0, "momentum.releases-12m": 0.0, "momentum.age-days": 4000.0}))
	if !slices.ContainsFunc(v.Reasons, func(r Reason) bool {
		return r.Sentence == "The last commit by a person was 9 years old when the code was last seen, more than 1 year."
	}) {
		t.Errorf("%+v", v.Reasons)
	}
}

// levelSets are all that can be known of a level: every set of levels that is not empty.
func levelSets() [][]Level {
	var sets [][]Level
	for mask := 1; mask < 1<<len(LevelsFromTop()); mask++ {
		var set []Level
		for i, level := range LevelsFromTop() {
			if mask&(1<<i) != 0 {
				set = append(set, level)
			}
		}
		sets = append(sets, set)
	}
	return sets
}

// A sentence says of each support what is known of it, and who pays: over all combinations
// of levels of people, upkeep and funding, it calls weak or missing only what certainly is, says that
// only that holds which certainly does, and names a bound as such.
func TestASentenceSaysOfASupportWhatIsKnownAndNoMore(t *testing.T) {
	english := language.English()
	sets := levelSets()
	unread := loaded(t).evaluate(nil)
	for _, people := range sets {
		for _, upkeep := range sets {
			for _, funding := range sets {
				supports := []Pillar{{ID: People, Possible: people}, {ID: Momentum, Possible: []Level{Fair}}, {ID: Upkeep, Possible: upkeep}, {ID: Funding, Possible: funding}}
				short := english.TranslateMessage(*unread.supportsLacking(supports))
				for _, evidence := range []Evidence{EvidenceReceived, EvidenceNone} {
					held := english.TranslateMessage(*supportsHolding(supports, Backing{Evidence: evidence}))
					paid := english.TranslateMessage(wording.Backing(evidence))
					if strings.Count(held, paid) != 1 {
						t.Fatalf("who pays is not said once: %s", held)
					}
					for _, p := range supports[:3] {
						checkSupport(t, p, short, strings.ReplaceAll(held, paid, ""))
					}
				}
			}
		}
	}
}

func checkSupport(t *testing.T, p Pillar, short, held string) {
	t.Helper()
	possible := func(l Level) bool { return slices.Contains(p.Possible, l) }
	low, high := possible(Weak) || possible(Missing), possible(Strong) || possible(Fair)
	// What is said of the support, up to the next support's words.
	about := func(sentence string) string {
		match := regexp.MustCompile(`its (?:[a-z]+, |[a-z]+ and )*` + p.ID + `(?:, [a-z]+| and [a-z]+)* (?:is|are) ([a-z ,]+?)(?:,? (?:and )?its |,? and $|,? $|$)`).FindStringSubmatch(sentence)
		if match == nil {
			return ""
		}
		return match[1]
	}
	for _, level := range []Level{Weak, Missing} {
		clause, _ := wording.Lacking(p.ID, []Level{level})
		says := language.English().TranslateMessage(clause)
		wants := !high && possible(level) && (level == Weak || !possible(Weak))
		if strings.Contains(short, says) != wants || strings.Contains(held, says) != wants {
			t.Fatalf("that %s is said of %s of %v: %s; %s", says, p.ID, p.Possible, short, held)
		}
	}
	head, _, _ := strings.Cut(held, " hold")
	if stands := strings.Contains(head, p.ID); stands != !low {
		t.Fatalf("%s of %v stands: %v: %s", p.ID, p.Possible, stands, held)
	}
	want := english(p.Possible)
	if said := about(held); low && high && said != want && !strings.HasPrefix(want, said) {
		t.Fatalf("%s of %v is %q, want %q: %s", p.ID, p.Possible, said, want, held)
	}
}

func TestAStageAndARiskThatSeemToExcludeEachOtherAreExplained(t *testing.T) {
	r := loaded(t)
	e := r.evaluate(map[string]observation.Measure{})
	for _, stage := range []Stage{Emerging, MessyMiddle, Strained, Sustained, Fading, Dormant, Sunset, Unassessed} {
		for _, level := range []RiskLevel{RiskLow, RiskRaised, RiskHigh, RiskUnknown, RiskNotApplicable} {
			wants := level == RiskHigh && (stage == Sustained || stage == Emerging) || level == RiskLow && (stage == Fading || stage == Dormant || stage == Sunset)
			said := e.explainTension(Verdict{Stage: stage, Risk: Risk{Level: level}}, definitions())
			if (len(said) == 1) != wants {
				t.Errorf("%s at %s risk says %v", stage, level, said)
			}
		}
	}
	// Nobody of late and a core that has long been away, a year of work all the same.
	v := assessed(t, with(healthy(), map[string]any{"people.contributors-3m": 0.0, "people.core-away-days": 230.0, "momentum.active-months-12": 5.0}))
	if v.Stage != Sustained || v.Risk.Level != RiskHigh {
		t.Fatalf("%s at %s risk", v.Stage, v.Risk.Level)
	}
	if want := "It is sustained and at high risk all the same"; !strings.Contains(v.Because, want) || !strings.Contains(v.Because, "people.contributors-3m, 0 people.") {
		t.Errorf("%s", v.Because)
	}
}

// english names what is known of a level.
func english(possible []Level) string {
	m := theirLevels([]Pillar{{ID: Upkeep, Possible: possible}})
	text := language.English().TranslateArg(m)
	return strings.TrimPrefix(text, fmt.Sprintf("its %s is ", Upkeep))
}

// maxWords is how long a sentence for people may be.
const maxWords = 25

// sentenceEnd is where one sentence ends and the next begins.
var sentenceEnd = regexp.MustCompile(`[.!?](?:\s+|$)`)

// tooLong are the sentences of a text with more words than maxWords. A number with its
// word counts as two.
func tooLong(text string) []string {
	text = regexp.MustCompile(`\{(\w+)\|([^|}]*)\|[^}]*\}`).ReplaceAllString(text, "{$1} $2")
	text = regexp.MustCompile(`\{\w+!([^|}]*)\|[^}]*\}`).ReplaceAllString(text, "$1")
	return slices.DeleteFunc(sentenceEnd.Split(text, -1), func(s string) bool { return len(strings.Fields(s)) <= maxWords })
}

func TestNoSentenceOfARuleIsLong(t *testing.T) {
	r := loaded(t)
	patterns := r.Patterns()
	for _, rule := range r.rules {
		patterns = append(patterns, rule.question)
	}
	for _, s := range r.stages {
		patterns = append(patterns, s.means)
	}
	for _, pattern := range patterns {
		for _, sentence := range tooLong(pattern) {
			t.Errorf("%d words: %s", len(strings.Fields(sentence)), sentence)
		}
	}
	for _, v := range randomVerdicts() {
		for _, text := range slices.Concat(v.Lift, v.Remarks, []string{v.Because}) {
			for _, sentence := range tooLong(text) {
				t.Errorf("%d words: %s", len(strings.Fields(sentence)), sentence)
			}
		}
		for _, reason := range reasonsIn(v) {
			for _, sentence := range append(tooLong(reason.Sentence), tooLong(reason.Clears)...) {
				t.Errorf("%s, %d words: %s", reason.Rule, len(strings.Fields(sentence)), sentence)
			}
		}
	}
	if long := tooLong("It " + strings.Repeat("is ", maxWords) + "long. It is short."); len(long) != 1 {
		t.Errorf("of a long sentence and a short one: %q", long)
	}
}

// A help is an act. A number to reach is none, and mirrors the reason.
func TestNoHelpIsAQuota(t *testing.T) {
	for _, r := range loaded(t).rules {
		if strings.Contains(r.clears, "{") || strings.ContainsAny(r.clears, "0123456789") || strings.Contains(r.clears, "at least") {
			t.Errorf("%s: %s", r.id, r.clears)
		}
	}
}

func TestTheFirstHelpFitsTheStage(t *testing.T) {
	stopped := with(middle(), map[string]any{"momentum.days-since-commit": 500.0, "momentum.releases-12m": 0.0, "momentum.active-months-12": 0.0})
	left := with(healthy(), map[string]any{"people.core-away-days": 300.0, "momentum.commits-3m": 1.0, "people.others-commits-12m": 4.0})
	for name, test := range map[string]struct {
		values map[string]any
		stage  Stage
		want   string
		asked  int // acts
	}{
		"stopped":      {stopped, Dormant, "Ask the owner: will they go on, hand over, or archive it?", 1},
		"running out":  {left, Fading, "Ask the owner: will they go on, hand over, or archive it?", 2},
		"over":         {with(healthy(), map[string]any{"lifecycle.sunset-declared": true}), Sunset, "Whoever keeps the catalog marks it as over", 1},
		"not released": {with(middle(), map[string]any{"momentum.age-days": 300.0, "momentum.releases-ever": 0.0, "adoption.deployment-countries": 0.0}), Emerging, "The maintainers tag a first version", 2},
	} {
		v := assessed(t, test.values)
		if v.Stage != test.stage || len(v.Lift) != test.asked || !strings.HasPrefix(v.Lift[0], test.want) {
			t.Errorf("%s, %s: %q", name, v.Stage, v.Lift)
		}
		for _, reason := range v.Reasons {
			if v.Stage == Dormant && strings.Contains(reason.Clears, "tag a version") {
				t.Errorf("where work has stopped a release is asked for: %+v", reason)
			}
		}
	}
	r := loaded(t)
	in := input(r, stopped)
	in.Repositories[0].ObservedUntil = asOf.AddDate(-3, 0, 0)
	if v, _ := r.Assess(in, definitions()); len(v.Lift) != 2 || !strings.HasPrefix(v.Lift[0], "First look again") {
		t.Errorf("of what was last seen long ago: %q", v.Lift)
	}
	if v, _ := r.Assess(merge.Input{AsOf: asOf}, definitions()); len(v.Lift) != 1 || !strings.HasPrefix(v.Lift[0], "The owner enters the address") {
		t.Errorf("without a repository: %q", v.Lift)
	}
}

// Who has left hands over nothing.
func TestWhereTheFirstIsGoneASuccessorIsFound(t *testing.T) {
	v := assessed(t, with(middle(), map[string]any{"people.first-away-days": 200.0, "people.contributors-6m": 4.0, "people.regular-contributors-12m": 3.0}))
	if said := strings.Join(v.Lift, " "); !strings.Contains(said, "takes over from the person who did most") || strings.Contains(said, "The person who does most hands") {
		t.Errorf("%q", v.Lift)
	}
}

// A reader first hears that work fell, then who is gone, then how few are left and what
// share one has; packages and releases come last.
func TestFaultsStandInTheOrderOfAReader(t *testing.T) {
	r := loaded(t)
	last := -1
	for _, id := range []string{"lifecycle.declared-over", "momentum.fallen", "momentum.main-away", "people.few", "people.little-remains", "people.no-newcomer", "upkeep.pile",
		"upkeep.no-ci", "momentum.no-release"} {
		if r.byID[id] == nil {
			t.Errorf("there is no rule %s", id)
		}
		if remark.Rank(id) <= last {
			t.Errorf("%s comes too early", id)
		}
		last = remark.Rank(id)
	}
	v := assessed(t, with(middle(), map[string]any{"momentum.days-since-commit": 500.0, "momentum.releases-12m": 0.0, "momentum.active-months-12": 0.0}))
	if first := v.Reasons[0].Rule; first == "momentum.no-release" || !strings.HasPrefix(first, "momentum.") {
		t.Errorf("%s first", first)
	}
}

func TestNothingIsMadeOfReleasesThatNeverWere(t *testing.T) {
	stopped := map[string]any{"momentum.days-since-commit": 1500.0, "momentum.releases-12m": 0.0, "momentum.releases-ever": 0.0, "momentum.active-months-12": 0.0,
		"momentum.age-days": 2400.0}
	for name, values := range map[string]map[string]any{"code": stopped, "a data set": with(stopped, map[string]any{"catalog.without-software": true})} {
		for _, reason := range assessed(t, with(middle(), values)).Reasons {
			if reason.Sentence == "No release in the last 12 months." || name != "code" && reason.Measure == "momentum.releases-12m" {
				t.Errorf("%s: %s", name, reason.Sentence)
			}
		}
	}
}

func TestAnEvenShareIsNoShortage(t *testing.T) {
	share := map[string]any{"people.contributor-absence-factor": 1.0, "people.first-commits-12m": 52.0, "people.remaining-commits-12m": 45.0, "people.remaining-share-12m": 0.46,
		"people.contributors-12m": 4.0}
	for _, reason := range reasonsIn(assessed(t, with(healthy(), share))) {
		if reason.Rule == "people.half-by-one" {
			t.Errorf("%s", reason.Sentence)
		}
	}
}

func TestNoRiskIsToldOfWhatHasEnded(t *testing.T) {
	if v := assessed(t, with(healthy(), map[string]any{"lifecycle.sunset-declared": true})); v.Risk.Level != RiskNotApplicable || v.Risk.Why != string(Sunset) || v.Risk.ActiveMonths != nil {
		t.Errorf("%+v", v.Risk)
	}
	if v := assessed(t, with(healthy(), map[string]any{"momentum.age-days": 200.0})); v.Risk.Level != RiskNotApplicable || v.Risk.Why != "momentum.age-days" {
		t.Errorf("%+v", v.Risk)
	}
}
