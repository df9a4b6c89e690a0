package signals

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// publiccodeFile is a repository's publiccode.yml as package catalog reads it.
type publiccodeFile struct {
	path  string // empty where there is none
	good  catalog.Good
	notes []observation.Note
	err   error
}

func readPubliccode(files *tree) publiccodeFile {
	file := publiccodeFile{path: files.firstOf(publiccodeKind)}
	if file.path == "" {
		return file
	}
	data, err := files.read(file.path)
	if err != nil {
		file.err = err
		return file
	}
	file.good, file.notes, err = catalog.ReadPubliccode(data, file.path)
	if err != nil {
		file.err = &unreadable{observation.CauseBroken, err.Error()}
	}
	return file
}

// contractEnd is the end of the contract that the file names, with false where
// it names none.
func (p publiccodeFile) contractEnd() (time.Time, bool) {
	if p.good.Maintenance == nil {
		return time.Time{}, false
	}
	end, err := time.Parse(time.DateOnly, p.good.Maintenance.ContractUntil)
	return end, err == nil
}

func daysUntil(end, at time.Time) int {
	today := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	return int(end.Sub(today) / (24 * time.Hour))
}

// fundingSource is who pays by the file: named funders, or a contract that still
// runs.
func (p publiccodeFile) fundingSource(at time.Time) fundingSource {
	f := fundingSource{kind: "publiccode.yml", couldReceive: true, err: p.err}
	if n := len(p.good.FundedBy); n > 0 {
		f.received = append(f.received, "funded by "+count(n, "organization", "organizations"))
	}
	if end, ok := p.contractEnd(); ok && daysUntil(end, at.UTC()) >= 0 {
		f.received = append(f.received, "maintenance contract until "+end.Format(time.DateOnly))
	}
	return f
}

func scanLifecycle(out *measureSet, declared publiccodeFile, readme readmeFile) {
	writeSunset(out, declared, readme)
	fromPubliccode := []string{
		observation.LifecycleDevelopmentStatus, observation.MaintenanceType, observation.MaintenanceContractUntilDays,
		observation.AdoptionUsedByDeclared, observation.FundingFundedByDeclared,
	}
	for _, id := range fromPubliccode {
		switch {
		case declared.path == "":
			out.notApplicable(id, "no publiccode.yml")
		case declared.err != nil:
			out.unreadable(id, declared.err)
		default:
			out.unknown(id, observation.CauseNoSource, declared.path+" does not say")
		}
	}
	if declared.path == "" || declared.err != nil {
		return
	}
	good := declared.good
	if good.Status != "" {
		out.measured(observation.LifecycleDevelopmentStatus, good.Status, declared.path)
	}
	if good.Maintenance != nil && good.Maintenance.Type != "" {
		out.measured(observation.MaintenanceType, good.Maintenance.Type, declared.path)
	}
	if end, ok := declared.contractEnd(); ok {
		out.measured(observation.MaintenanceContractUntilDays, daysUntil(end, out.at.UTC()), declared.path)
	} else if good.Maintenance != nil && good.Maintenance.Type != "contract" {
		out.notApplicable(observation.MaintenanceContractUntilDays, "maintained without a contract")
	}
	if good.UsedBy != nil {
		declared.markTruncated(out.measured(observation.AdoptionUsedByDeclared, len(good.UsedBy), declared.path))
	}
	if good.FundedBy != nil {
		declared.markTruncated(out.measured(observation.FundingFundedByDeclared, len(good.FundedBy), declared.path))
	}
}

// markTruncated makes the count of a list a lower bound where the file has a list
// that is longer than what is read of it.
func (p publiccodeFile) markTruncated(m *observation.Measure) {
	for _, note := range p.notes {
		if note.Cause == observation.CauseOverLimit {
			m.Bound, m.Detail = observation.AtLeast, note.Message
			return
		}
	}
}

func writeSunset(out *measureSet, declared publiccodeFile, readme readmeFile) {
	if strings.EqualFold(declared.good.Status, "obsolete") {
		out.measured(observation.LifecycleSunsetDeclared, true, declared.path).Detail = "developmentStatus is obsolete"
		return
	}
	if kind, line := sunsetPhrase(readme.body); kind != "" {
		out.measured(observation.LifecycleSunsetDeclared, true, readme.path).Detail = fmt.Sprintf("line %d says %s", line, kind)
		return
	}
	if err := cmp.Or(declared.err, readme.err); err != nil {
		out.unreadable(observation.LifecycleSunsetDeclared, err)
		return
	}
	read := slices.DeleteFunc([]string{declared.path, readme.path}, func(name string) bool { return name == "" })
	if len(read) == 0 {
		out.unknown(observation.LifecycleSunsetDeclared, observation.CauseNoSource, "there is neither a readme nor a publiccode.yml")
		return
	}
	out.measured(observation.LifecycleSunsetDeclared, false, strings.Join(read, ", "))
}

// topLines is how far down a readme declares its own end: further down, the same
// words are about parts, versions and other projects.
const topLines = 40

// The words by which a readme declares the end of its project. Prose must name the
// repository itself ("this project is no longer maintained"), so that a
// deprecated function in it is not taken for the whole; a heading, a badge, a
// bold or quoted line may declare it in fewer words.
var (
	endWords = `(?:archived|deprecated|unmaintained|discontinued|retired|abandoned|obsolete|sunset|superseded|` +
		`end[- ]of[- ]life|(?:no longer|not)(?: being)?(?: actively)? (?:maintained|supported|developed|updated|under development))`
	projectWords = `(?:repository|repo|project|software|package|library|module|codebase|tool|plugin|app|application|fork)`
	projectEnded = regexp.MustCompile(`\bthis (?:[\w-]+ ){0,2}?` + projectWords + `(?:,? which)? ` +
		`(?:is|has been|was)(?: now| currently| officially| also)? ` + endWords + `\b`)
	projectMoved = regexp.MustCompile(`\b(?:this (?:[\w-]+ ){0,2}?` + projectWords +
		`|(?:contents?|development|code) of this ` + projectWords + `)(?: has| have| is)?(?: now| been)* (?:moved|migrated|relocated) (?:to|into)\b`)
	noLonger = regexp.MustCompile(`\b(?:is|are)? ?no longer(?: being)?(?: actively)? (?:maintained|supported|developed)\b`)
	badge    = regexp.MustCompile(`repostatus\.org/(?:badges/latest/|#)(?:abandoned|unsupported|moved)|` +
		`badge/(?:project[-_ ]?)?(?:status|maintenance|lifecycle|maintained)[-_:](?:archived|deprecated|unmaintained|retired|abandoned|no\b|no-)`)
	oneWord  = regexp.MustCompile(`^(?:` + endWords + `)$`)
	bracket  = regexp.MustCompile(`[\[(](` + endWords + `)[\])]`)
	boldSpan = regexp.MustCompile(`(?:\*\*|__)([^*_]+)(?:\*\*|__)`)
)

// conditional are words before a phrase that make it a condition and no statement.
var conditional = regexp.MustCompile(`\b(?:if|when|once|unless|until|whether|before|in case|should)\b[^.]*$`)

// sunsetPhrase returns which phrase the top of a readme declares its end with,
// and the line, or "".
func sunsetPhrase(readme string) (kind string, line int) {
	fenced := false
	for text := range strings.Lines(readme) {
		if line++; line > topLines {
			break
		}
		text = strings.ToLower(strings.TrimSpace(text))
		if strings.HasPrefix(text, "```") || strings.HasPrefix(text, "~~~") {
			fenced = !fenced
		}
		if fenced {
			continue
		}
		if kind := sunsetLine(text); kind != "" {
			return kind, line
		}
	}
	return "", 0
}

func sunsetLine(line string) string {
	if badge.MatchString(line) {
		return "by a badge that it is at its end"
	}
	plain := strings.Join(strings.Fields(strings.NewReplacer("*", "", "_", "", "`", "", ">", "").Replace(line)), " ")
	if states(projectEnded, plain) {
		return "that the project is at its end"
	}
	if states(projectMoved, plain) {
		return "that the repository has moved"
	}
	isHeading, isQuote := strings.HasPrefix(line, "#"), strings.HasPrefix(line, ">")
	isList := strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ") || strings.HasPrefix(line, "+ ") || strings.HasPrefix(line, "|")
	words := strings.Trim(plain, " #!:.-–—⚠🚨❗🛑\ufe0f[]()")
	switch {
	case isList:
		return ""
	case (isHeading || isQuote) && (oneWord.MatchString(words) || states(noLonger, plain)):
		return "in a heading or quote that it is at its end"
	case isHeading && strings.HasPrefix(line, "# ") && bracket.MatchString(plain):
		return "in its title that it is at its end"
	}
	marked := func(span []string) bool {
		inside := strings.Trim(span[1], " !:.")
		return oneWord.MatchString(inside) || states(noLonger, inside)
	}
	if slices.ContainsFunc(boldSpan.FindAllStringSubmatch(line, -1), marked) {
		return "in bold that it is at its end"
	}
	return ""
}

// states reports whether a line states a phrase, and not under a condition.
func states(phrase *regexp.Regexp, line string) bool {
	at := phrase.FindStringIndex(line)
	return at != nil && !conditional.MatchString(line[:at[0]])
}
