package endoflife

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"deps.dev/util/semver"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// kind is what the data say of a runtime that a file names.
type kind int

const (
	undecided kind = iota
	supported      // of a range: the oldest version that it allows
	allowed        // a range's oldest version has ended, and a later one has not
	ended          // all that it can be
)

// answer is what the data say of one runtime.
type answer struct {
	kind  kind
	cycle string    // "python 3.6": that which has ended
	since time.Time // the last day of its support; zero where the data have no date
	why   string    // of undecided
}

// vendors publish Java: what the first of them never published is held against the next.
// Eclipse Temurin begins with 8 and leaves out releases that were over before it began.
var vendors = map[string][]string{"java": {"eclipse-temurin", "oracle-jdk"}}

// fresh is how long data may be older than the day that is asked for and still say that a
// cycle without a date of its end has not ended. New ends are announced in weeks.
const fresh = 30 * 24 * time.Hour

// answer holds one runtime against the data, on the day of at.
func (d Data) answer(r observation.Runtime, at time.Time) answer {
	cycles := d.cyclesOf(r.Product)
	switch {
	case r.Version == "":
		return answer{why: "its version could not be read"}
	case len(cycles) == 0:
		return answer{why: "the data do not know the product"}
	}
	among, err := matching(cycles, r)
	if err != nil {
		return answer{why: "the range could not be read"}
	}
	if len(among) == 0 {
		return answer{why: "the data do not know the version"}
	}
	slices.SortStableFunc(among, func(a, b cycle) int { return compareNumbers(numbersOf(a.name), numbersOf(b.name)) })
	return d.judge(r, among, at)
}

// judge says what is known of a runtime that is one of these cycles, the oldest first.
func (d Data) judge(r observation.Runtime, among []cycle, at time.Time) answer {
	oldest, newest := among[0], among[len(among)-1]
	if r.Reading == observation.RuntimePinned {
		among, oldest = []cycle{newest}, newest // a short version is the newest that it can be
	}
	over, known := d.isOver(oldest, at)
	switch {
	case !known:
		return answer{why: fmt.Sprintf("the data of %s do not say when the support of %s ends", d.Day.Format(time.DateOnly), oldest.name)}
	case !over:
		return answer{kind: supported}
	case r.Reading != observation.RuntimeMinimum && d.allOver(among, at): // after a minimum newer ones may come
		return answer{kind: ended, cycle: r.Product + " " + newest.name, since: newest.ends}
	}
	return answer{kind: allowed, cycle: r.Product + " " + oldest.name, since: oldest.ends}
}

// allOver reports whether all of these cycles are known to have ended.
func (d Data) allOver(among []cycle, at time.Time) bool {
	return !slices.ContainsFunc(among, func(c cycle) bool {
		over, _ := d.isOver(c, at)
		return !over
	})
}

// isOver reports whether the support of a cycle had ended on the day of at.
func (d Data) isOver(c cycle, at time.Time) (over, known bool) {
	switch {
	case !c.ends.IsZero():
		return at.UTC().Truncate(24 * time.Hour).After(c.ends), true
	case c.over == nil:
		return false, false
	case *c.over:
		return !at.Before(d.Day), !at.Before(d.Day)
	}
	return false, at.Sub(d.Day) <= fresh
}

// cyclesOf are the cycles of a product.
func (d Data) cyclesOf(product string) []cycle {
	names := vendors[product]
	if names == nil {
		names = []string{product}
	}
	var all []cycle
	for _, name := range names {
		for _, c := range d.products[name] {
			if !slices.ContainsFunc(all, func(have cycle) bool { return have.name == c.name }) {
				all = append(all, c)
			}
		}
	}
	return all
}

// matching are the cycles of which a runtime can be.
func matching(cycles []cycle, r observation.Runtime) ([]cycle, error) {
	switch r.Reading {
	case observation.RuntimePinned:
		return pinnedTo(cycles, strings.ToLower(r.Version)), nil
	case observation.RuntimeMinimum:
		least := numbersOf(r.Version)
		return slices.DeleteFunc(slices.Clone(cycles), func(c cycle) bool {
			name := numbersOf(c.name)
			return len(name) == 0 || len(least) == 0 || compareNumbers(name, least[:min(len(least), len(name))]) < 0
		}), nil
	}
	return within(cycles, r)
}

// pinnedTo are the cycle of a version ("3.6" of "3.6.9"), or those that a short version
// can be ("3.6" and others of "3"), or the one of a codename.
func pinnedTo(cycles []cycle, version string) []cycle {
	version = strings.TrimPrefix(version, "v")
	var best *cycle
	var longer []cycle
	for _, c := range cycles {
		switch {
		case c.codename != "" && c.codename == version:
			return []cycle{c}
		case version == c.name || strings.HasPrefix(version, c.name+"."):
			if best == nil || len(c.name) > len(best.name) {
				best = &c
			}
		case strings.HasPrefix(c.name, version+"."):
			longer = append(longer, c)
		}
	}
	if best != nil {
		return []cycle{*best}
	}
	return longer
}

// numbersOf are the numbers of "3.6", up to the first part that is none.
func numbersOf(version string) []int {
	var all []int
	for part := range strings.SplitSeq(version, ".") {
		digits := strings.TrimRight(part, "abcdefghijklmnopqrstuvwxyz-+")
		n, err := strconv.Atoi(digits)
		if err != nil || n < 0 {
			break
		}
		all = append(all, n)
	}
	return all
}

// compareNumbers orders versions; one that begins another comes first.
func compareNumbers(a, b []int) int { return slices.Compare(a, b) }

// within are the cycles of which a range allows some version. The range comes from a
// stranger's file: one at which the library panics is one that cannot be read.
func within(cycles []cycle, r observation.Runtime) (_ []cycle, err error) {
	defer func() {
		if recovered := recover(); recovered != nil {
			err = fmt.Errorf("read the range: %v", recovered)
		}
	}()
	system, ranges := rangesOf(r)
	var wanted []semver.Set
	for _, one := range ranges {
		constraint, err := system.ParseConstraint(one)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, constraint.Set())
	}
	var among []cycle
	for _, c := range cycles {
		span, ok := spanOf(system, c)
		if !ok {
			continue
		}
		if slices.ContainsFunc(wanted, func(set semver.Set) bool { return overlap(span.Set(), set) }) {
			among = append(among, c)
		}
	}
	return among, nil
}

// overlap reports whether two sets have a version in common. The library finds one where
// an open end of the first touches the second, and none the other way round.
func overlap(a, b semver.Set) bool {
	first, second := a, b
	return first.Intersect(b) == nil && second.Intersect(a) == nil && !first.Empty() && !second.Empty()
}

// allAbove are bounds of which only the beginning is given: "≥3.6.*", which PEP 440 refuses.
var allAbove = lazy.Pattern(`([<>]=?\s*\d[\d.]*)\.\*`)

// rangesOf is the syntax of a range, and its alternatives.
func rangesOf(r observation.Runtime) (semver.System, []string) {
	switch r.Reading {
	case observation.RuntimePyPI:
		return semver.PyPI, []string{allAbove().ReplaceAllString(r.Version, "$1")}
	case observation.RuntimeComposer:
		return semver.NPM, []string{fromComposer(r.Version)}
	case observation.RuntimePoetry: // Cargo's, but for a bare version
		ranges := strings.FieldsFunc(r.Version, func(c rune) bool { return c == '|' })
		for i, one := range ranges {
			if one = strings.TrimSpace(one); one != "" && one[0] >= '0' && one[0] <= '9' && !strings.ContainsAny(one, "*,") {
				one = "=" + one
			}
			ranges[i] = one
		}
		return semver.Cargo, ranges
	}
	return semver.NPM, []string{r.Version}
}

// fromComposer writes a range of Composer in npm's syntax, for the library cannot read
// Composer's: "~7.4" allows all of 7 from there on, one "|" is an alternative, and a comma
// is an "and". Source: https://getcomposer.org/doc/articles/versions.md.
func fromComposer(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "||", "|"), "|", " || ")
	words := strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' })
	for i, word := range words {
		if rest, ok := strings.CutPrefix(word, "~"); ok && strings.Count(rest, ".") < 2 {
			words[i] = "^" + rest
		}
	}
	return strings.Join(words, " ")
}

// spanOf are the versions of a cycle: from "3.6" to before "3.7".
func spanOf(system semver.System, c cycle) (*semver.Constraint, bool) {
	numbers := numbersOf(c.name)
	if len(numbers) == 0 || len(numbers) > 3 {
		return nil, false
	}
	low := numbers
	high := slices.Clone(numbers)
	high[len(high)-1]++
	and := map[semver.System]string{semver.NPM: " "}[system]
	span, err := system.ParseConstraint(">=" + dotted(low) + cmp.Or(and, ",") + "<" + dotted(high))
	return span, err == nil
}

// dotted is a version of three numbers.
func dotted(numbers []int) string {
	three := [3]int{}
	copy(three[:], numbers)
	return fmt.Sprintf("%d.%d.%d", three[0], three[1], three[2])
}
