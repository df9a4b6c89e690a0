package assess

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// randomVerdicts are those of random goods with unknown measures, some observed long
// ago.
var randomVerdicts = sync.OnceValue(func() []Verdict {
	r, _ := embedded()
	rng := rand.New(rand.NewPCG(21, 22))
	verdicts := make([]Verdict, 800)
	for i := range verdicts {
		in := random(rng)
		for range rng.IntN(25) {
			in, _ = blinded(r, in, rng)
		}
		if i%5 == 0 {
			in.Repositories[0].ObservedUntil = asOf.AddDate(-2, -i%12, 0)
		}
		verdicts[i], _ = r.Assess(in, definitions())
	}
	return verdicts
})

// reread is what a verdict is once it was stored.
func reread[T any](t *testing.T, value T) T {
	t.Helper()
	data, err := jsonv1.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var read T
	if err := jsonv1.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func reasonsIn(v Verdict) []Reason {
	all := slices.Clone(v.Reasons)
	for _, p := range v.Pillars() {
		all = append(all, p.Reasons...)
	}
	return all
}

// The messages in English are the sentences of the verdict, also after it was stored
// and read.
func TestMessagesGiveTheSentencesOfTheVerdict(t *testing.T) {
	t.Parallel()
	english := language.English()
	seen := map[string]int{}
	for _, assessed := range randomVerdicts() {
		v := reread(t, Assessment{Verdict: assessed}).Verdict
		if !reflect.DeepEqual(reasonsIn(v), reasonsIn(assessed)) {
			t.Fatalf("%+v became %+v", reasonsIn(assessed), reasonsIn(v))
		}
		for _, both := range [][2][]language.Message{{v.BecauseMessages, assessed.BecauseMessages}, {v.LiftMessages, assessed.LiftMessages}, {v.RemarkMessages, assessed.RemarkMessages}} {
			if !reflect.DeepEqual(both[0], both[1]) {
				t.Fatalf("%+v became %+v", both[1], both[0])
			}
		}
		if got := english.Sentences(v.BecauseMessages); got != v.Because || got == "" {
			t.Errorf("says %q, and the verdict %q", got, v.Because)
		}
		for name, list := range map[string]struct {
			messages []language.Message
			english  []string
		}{"lift": {v.LiftMessages, v.Lift}, "remark": {v.RemarkMessages, v.Remarks}} {
			seen[name] += len(list.messages)
			if got := english.Sentences(list.messages); got != strings.Join(list.english, " ") || len(list.messages) != len(list.english) {
				t.Errorf("says %q, and the verdict %q", got, list.english)
			}
		}
		if b := v.Borderline; b != nil {
			seen["borderline"]++
			if got := english.Sentence(b.Message); got != b.Sentence {
				t.Errorf("says %q, and the verdict %q", got, b.Sentence)
			}
		}
		for _, reason := range reasonsIn(v) {
			seen["reason"]++
			if got := english.Sentence(reason.Message()); got != reason.Sentence {
				t.Errorf("%s says %q, and the reason %q", reason.Rule, got, reason.Sentence)
			}
			if got := english.Sentence(reason.ClearsMessage()); reason.Clears != "" && got != reason.Clears || (reason.Clears == "") != (reason.ClearsPattern == "") {
				t.Errorf("%s clears by %q, and the reason by %q", reason.Rule, got, reason.Clears)
			}
		}
		for _, sentence := range append(slices.Concat(v.Lift, v.Remarks), v.Because) {
			if strings.ContainsAny(sentence, "{}") {
				t.Errorf("not all was filled in: %s", sentence)
			}
		}
	}
	for _, kind := range []string{"lift", "remark", "borderline", "reason"} {
		if seen[kind] == 0 {
			t.Errorf("no random good has a %s: the test shows nothing of it", kind)
		}
	}
}

// marked is a catalog in which every pattern is its own, in guillemets.
func marked(t *testing.T, patterns map[string]bool) *language.Language {
	t.Helper()
	file := language.File{Language: "fr"}
	for pattern := range patterns {
		file.Messages = append(file.Messages, language.Entry{ID: pattern, Translation: "«" + pattern + "»"})
	}
	l, err := language.FromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// patternsIn adds the patterns of messages and of the messages inside them. It
// reports words of a sentence that are an argument of text, which no catalog could
// translate; the kinds of impossible dates are data of the scanner.
func patternsIn(t *testing.T, found map[string]bool, messages ...language.Message) {
	t.Helper()
	var walk func(a language.Arg)
	walk = func(a language.Arg) {
		if strings.Contains(a.Text, " ") {
			t.Errorf("%q can only be in English", a.Text)
		}
		if a.Message != nil {
			patternsIn(t, found, *a.Message)
		}
		for _, item := range a.List {
			walk(item)
		}
	}
	for _, m := range messages {
		found[m.Pattern] = true
		for name, a := range m.Args {
			if name != "names" { // ended runtimes are named as their scanner names them
				walk(a)
			}
		}
	}
}

// Every sentence of a verdict can be translated as a whole: with a catalog of all
// patterns nothing of it is left in English.
func TestEverySentenceCanBeTranslated(t *testing.T) {
	t.Parallel()
	r := loaded(t)
	patterns := map[string]bool{}
	for _, p := range r.Patterns() {
		patterns[p] = true
	}
	for _, v := range randomVerdicts() {
		patternsIn(t, patterns, slices.Concat(v.BecauseMessages, v.LiftMessages, v.RemarkMessages)...)
		if v.Borderline != nil {
			patternsIn(t, patterns, v.Borderline.Message)
		}
		for _, reason := range reasonsIn(v) {
			patterns[reason.Message().Pattern] = true // of a repository among several
		}
	}
	french := marked(t, patterns)
	whole := func(what string, messages ...language.Message) {
		for _, m := range messages {
			if sentence := french.Sentence(m); !strings.HasPrefix(sentence, "«") || !strings.HasSuffix(sentence, "»") {
				t.Errorf("%s is in English: %s", what, sentence)
			}
		}
	}
	for _, v := range randomVerdicts() {
		for _, reason := range reasonsIn(v) {
			whole("a reason of "+reason.Rule, reason.Message())
			if reason.Clears != "" {
				whole("what clears "+reason.Rule, reason.ClearsMessage())
			}
		}
		whole("the stage "+string(v.Stage), v.BecauseMessages...)
		whole("lift or remark", slices.Concat(v.LiftMessages, v.RemarkMessages)...)
		if v.Borderline != nil {
			whole("borderline", v.Borderline.Message)
		}
	}
}

func TestEveryUnitOfTheRulesHasAMessage(t *testing.T) {
	r := loaded(t)
	for _, id := range append(r.riskMeasures(), r.reads...) {
		w := r.specs[id]
		if w.Kind != observation.KindNumber {
			continue
		}
		want := "at least 3 " + string(w.Unit)
		if w.Unit == observation.UnitRatio {
			want = "at least 300 %"
		}
		if got := r.english.TranslateArg(quantity(3.0, observation.AtLeast, w.Unit)); got != want {
			t.Errorf("3 of %s are %q", id, got)
		}
	}
	if got := r.english.TranslateArg(quantity(1.0, observation.Exact, "people")); got != "1 person" {
		t.Errorf("says %q", got)
	}
}

// TestANoOfWhatWasNotReadWholeIsNotSaid: it is not seen so far, which a yes is.
func TestANoOfWhatWasNotReadWholeIsNotSaid(t *testing.T) {
	r := loaded(t)
	for want, c := range map[string]struct {
		value bool
		bound observation.Bound
	}{"no": {false, observation.Exact}, "yes": {true, observation.AtLeast}, "not seen so far": {false, observation.AtLeast}} {
		if got := r.english.TranslateArg(quantity(c.value, c.bound, "")); got != want {
			t.Errorf("%v, %q: %q, not %q", c.value, c.bound, got, want)
		}
	}
}

func TestRuleTextsHoldWhatARuleJoins(t *testing.T) {
	r := loaded(t)
	texts := r.Texts()
	if len(texts) != len(r.rules) || !reflect.DeepEqual(reread(t, texts), texts) {
		t.Fatalf("%d texts of %d rules, or JSON lost something", len(texts), len(r.rules))
	}
	quiet := texts[slices.IndexFunc(texts, func(text RuleText) bool { return text.ID == "momentum.quiet-but-mature" })]
	if len(quiet.All) != 4 || quiet.All[0].Rule != "momentum.mature" || quiet.All[3].Not == nil || quiet.All[3].Not.Rule != "momentum.silent-half-year" {
		t.Errorf("joins %+v", quiet.All)
	}
}
