package assess

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/midspan/midspan/internal/language"
)

// Method writes the rules as Markdown. docs/method.md is its result for the embedded
// rules.
func (r *Rules) Method() string {
	var b strings.Builder
	fmt.Fprintf(&b, methodHead, 100*r.floor, r.staleDays)
	r.writeStages(&b)
	for _, p := range r.pillars {
		r.writePillar(&b, p)
	}
	r.writeBands(&b)
	r.writeScore(&b)
	r.writeRisk(&b)
	r.writeRules(&b)
	return b.String()
}

const methodHead = `# How Midspan judges

<!-- Generated from internal/assess/rules.yaml: go test ./internal/assess -run Method -update -->

Three layers stay apart: **measures** are read; **levels** of load and of each
support come from rules over measures; the **stage** comes from rules over levels
and measures. Scores stand beside them and decide nothing.

## What unknown means

Every rule is answered *yes*, *no* or *open*. A measure that is known exactly
answers its rules. A measure of which only a bound is known ("at least 3",
because some repositories could not be read) answers those rules that the bound
decides. An unknown measure answers none. Where a measure does not apply, the
answer is no (no packages: no heap of findings), or yes in the rules that say so.
Joined rules follow Kleene's logic: "all" is no where one is no, "any" is
yes where one is yes, whatever is open beside it.

Levels and stages are read from top to bottom. Each that is yes or open before
the first yes is *possible*. One possible level or stage is certain. Several
possible levels make the level unknown. Several possible stages make the good
**unassessed**, with what would decide: to call it sustained would pass the
unknown off as good, to flag it would pass it off as bad. One exception: where
only fading and dormant are possible it is fading, which is the milder and true
in either case. A pillar has one level, whichever that is: where several are
possible, the stages are read for each. So of a good of which nobody knows who
uses it, what is said is "if somebody does … if nobody does …". A measure that
becomes unknown never makes a verdict worse and never makes it surer; a test holds
every rule to that.

Some questions are about what can be *seen*: who uses it, who pays for it, whether
it declares its end. Where the sources were read and say nothing, such a rule
answers no; where they could not be read it stays open. These rules are marked
*as far as can be seen*. "No funding visible" is therefore never "unfunded".

**Evidence of funding** is one of a closed list, and the first that is seen: *received*
(income, named funders, a contract that runs), *institution* (an institution's own people
do the work, its owner maintains it, or the catalog names a public body, a university or
an organization between states behind it), *named* (its readme names who paid, without a
date or a sum, or the catalog names a foundation or an association as its owner), *sought* (it asks for money), *none* in the sources read, or *unknown*.
The level of funding is made of the same rules: received makes it fair or strong, an
institution and a name make it fair, asking makes it weak.

A good that the catalog calls content, data, a standard or a model, and not software,
moves slowly and has twice the time before it counts as fading or dormant. It is not
asked for what only code can have: security practices, automatic checks, a tool that
proposes updates and a security policy do not apply to it.

What two countries or more use is past the pilot, whatever its age and its releases.

A good of whose measures, as far as the rules read them, less than %.0f %% are known
is unassessed, unless its end is declared. A mirror that was last fetched more
than %.0f days before as-of is stale: the verdict then speaks of that time and says
so.

A good of several repositories has one value for each measure: the sum, the
largest, the smallest, or that of its main repository (the one that the catalog names,
or else most commits by people in 12 months, then ever). A sentence about one of them
names it. The trend of commits is that of the sums. All windows of a good end on one
day: the newest on which those of its repositories were seen that did at least as much
as each of the others. What was last seen more than a month earlier leaves sums of a
window "at least", and counts in no share and no largest; where nobody had committed to
it for a year by then, it is taken to be at rest. Of what was seen later, the calendar
months until that day count. Where some repositories could not be read, a sum or a
largest is "at least", a smallest "at most", and a value of the main repository is
unknown where an unread one may be the main one.

**Borderline** means that the stage would be another, or could be as far as the
unknown tells, if one threshold were moved by 20 %%; the one whose value lies
nearest is named. What is counted in whole steps moves by whole steps and by one at
least, since 2.4 people in place of 3 would ask the same; one and two do not move, since
one step is half of them or all. No threshold moves to where every good would answer
alike. The **strength** of a reason is
the distance of its value from the threshold as a share of the larger of both,
times the weight of the rule; what is well in a stage of concern, or not well in a
sustained good, keeps a tenth. **Lift** is the cheapest set of at most four changes
that leads out of the messy middle or of strained, each change weighed by the
share by which its measure has to move, and funding or a notice by two. A flagged
good (strained, messy middle, fading, dormant, sunset) shows at least three reasons with
measured values, where three were measured: where fewer rules decided, the
strongest other facts follow.

Numbers that cannot be (a count below zero, 14 months of 12) are read as the
nearest that can, commits with impossible dates are counted apart, and the verdict
says how many there were and what was made of them.

Every rule, every level and every stage is reached by some good, each condition
decides for some good, no two rules say the same and none goes against another: a
test proves it of these rules, and a file of your own that breaks it is refused
with its line.

## How far a dependency is carried

No level and no stage is made of it; keystones and rotten blocks show it, with who tells
(` + "`lifecycle_by`" + `). The first that holds:

1. *ended*: Composer's lockfile calls the package abandoned, an advisory of OSV calls it
   unmaintained, or the good of the catalog that publishes it is dormant or at sunset
2. *deprecated*: a lockfile says that its makers gave up a version in use
3. *ended*: ecosyste.ms says that its registry has it no more, of a package of a good
4. *deprecated*: deps.dev says that its latest version is, of a package that goods ask for
   themselves or publish, with the reason; or ecosyste.ms says it of a package of a good
5. *quiet*, *kept*: the good of the catalog that publishes it fades, or is alive
6. *quiet*: of all its versions deps.dev knows none of the two years before the day of asking.
   A finished package may be so, too
7. else *unknown*: that a service tells of no end is no proof of upkeep

What a service says has its day and its licence beside it, and is no older than the run
allows. A block is what is ended or deprecated, or carried by one person, under two goods
or more.

`

func (r *Rules) writeStages(b *strings.Builder) {
	b.WriteString("## Stages\n\nAsked in this order; the first that holds is the stage.\n\n")
	for i, s := range r.stages {
		fmt.Fprintf(b, "%d. **%s**: %s\n", i+1, s.stage, s.means)
		if s.when != nil {
			fmt.Fprintf(b, "   Rule: %s.\n", r.conditionMarkdown(*s.when))
		} else {
			b.WriteString("   Rule: none of the above.\n")
		}
	}
	b.WriteString(`
Past the pilot and alive, a good that is not short of supports is sustained, whoever pays;
short with money or an institution visible it is strained, and short without it is in the
messy middle. **Both stand on one step**, *short of support*, between sustained and fading:
what parts them is who pays, and not how they fare. On no population that was looked at
could their fates be told apart ([backtest.md](backtest.md#the-stages),
[decision 18](decisions/0018-one-step-short-of-support.md)). So neither is the worse, in no
colour and in no list; where a list begins with the messy middle, it says where a grant is
missing.

`)
}

func (r *Rules) writePillar(b *strings.Builder, p pillarRule) {
	fmt.Fprintf(b, "## %s\n\n%s\n\n| level | where |\n|---|---|\n", language.Upper(p.id), p.question)
	for _, l := range p.levels {
		fmt.Fprintf(b, "| %s | %s |\n", l.level, r.conditionMarkdown(l.when))
	}
	fmt.Fprintf(b, "| %s | otherwise |\n\n", p.otherwise)
	how := "weighted mean of"
	if p.combine == "max" {
		how = "highest of"
	}
	r.writeParts(b, how, p.parts, p.combine == "mean")
}

func (r *Rules) writeParts(b *strings.Builder, how string, parts []scorePart, weighed bool) {
	fmt.Fprintf(b, "Score: the %s these points, with straight lines between them.\n\n| measure | weight | points at value |\n|---|---|---|\n", how)
	for _, part := range parts {
		var points []string
		for _, point := range part.points {
			points = append(points, fmt.Sprintf("%s at %s", r.formatValue(point[1]), r.formatValue(point[0])))
		}
		weight := r.formatValue(part.weight)
		if !weighed {
			weight = ""
		}
		fmt.Fprintf(b, "| `%s` | %s | %s%s |\n", part.measure, weight, strings.Join(points, ", "), partNote(part))
	}
	b.WriteString("\n")
}

func partNote(p scorePart) string {
	note := ""
	if p.skipSilent {
		note += "; takes no part where the sources are silent"
	}
	if p.skipUnasked {
		note += "; takes no part where nobody was asked who could tell"
	}
	if p.openBelow {
		note += "; says nothing below"
	}
	return note
}

func (r *Rules) writeBands(b *strings.Builder) {
	b.WriteString(
		"## Score and level\n\nA score lies within the band of its level, so that the two never contradict each other. Where several levels are possible it lies within theirs.\n\n| level | score |\n|---|---|\n")
	for _, l := range LevelsFromTop() {
		fmt.Fprintf(b, "| %s | %s to %s |\n", l, r.formatValue(r.bands[l].Low), r.formatValue(r.bands[l].High))
	}
	b.WriteString("\n")
}

func (r *Rules) writeScore(b *strings.Builder) {
	b.WriteString("## Score of a good\n\nThe weighted mean of its supports, with the range that unknown measures leave open:")
	for i, id := range PillarIDs()[1:] {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(b, " %s %s", id, r.formatValue(r.weights[id]))
	}
	b.WriteString(".\n\n")
}

func (r *Rules) writeRules(b *strings.Builder) {
	b.WriteString("## Rules\n\n")
	for _, rule := range r.rules {
		example := func(pattern string) string { return r.english.TranslateMessage(rule.text().Lettered(pattern)) }
		fmt.Fprintf(b, "### %s\n\n%s\n\n", rule.id, rule.question)
		if rule.when != nil {
			fmt.Fprintf(b, "- Yes where %s.\n", r.conditionMarkdown(*rule.when))
		} else {
			fmt.Fprintf(b, "- Yes where `%s` %s %s.", rule.measure, rule.operator, strings.TrimSpace(r.formatValue(rule.threshold)+" "+string(rule.unit)))
			switch {
			case rule.unaskedMeansNo:
				b.WriteString(" Where nobody was asked who could tell, the answer is no.")
			case rule.silenceMeansNo:
				b.WriteString(" As far as can be seen.")
			}
			if rule.absentMeansYes {
				b.WriteString(" Also where the measure does not apply.")
			}
			fmt.Fprintf(b, "\n- Yes: “%s”\n- No: “%s”\n", example(rule.holds), example(rule.fails))
		}
		if rule.clears != "" {
			fmt.Fprintf(b, "- Clears it: %s\n", example(rule.clears))
		}
		if rule.reference != "" {
			fmt.Fprintf(b, "- After: %s.\n", strings.TrimSuffix(rule.reference, "."))
		}
		if rule.weight != 1 {
			fmt.Fprintf(b, "- Weight as a reason: %s.\n", r.formatValue(rule.weight))
		}
		b.WriteString("\n")
	}
}

// conditionMarkdown writes a condition in words, with links to its rules.
func (r *Rules) conditionMarkdown(c condition) string {
	switch {
	case c.rule != "":
		return "[" + c.rule + "](#" + strings.ReplaceAll(c.rule, ".", "") + ")"
	case c.pillar != "":
		levels := make([]any, len(c.levels))
		for i, l := range c.levels {
			levels[i] = string(l)
		}
		return c.pillar + " is " + r.english.TranslateArg(language.Or(levels...))
	case c.not != nil:
		return "not " + r.conditionMarkdown(*c.not)
	case c.all != nil:
		return r.joinMarkdown(c.all, "and")
	default:
		return r.joinMarkdown(c.any, "or")
	}
}

func (r *Rules) joinMarkdown(children []condition, word string) string {
	parts := make([]string, len(children))
	for i, child := range children {
		parts[i] = r.conditionMarkdown(child)
		if len(children) > 1 && len(child.all)+len(child.any) > 1 {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, " "+word+" ")
}

// conditionText writes a condition without links.
func (r *Rules) conditionText(c condition) string {
	return link.ReplaceAllString(r.conditionMarkdown(c), "$1")
}

var link = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
