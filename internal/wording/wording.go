// Package wording holds the terms of verdicts and reports as messages, which every
// language can translate: one table for each closed list. The ids are those of the
// packages observation (causes, units, severities) and assess (stages, levels,
// supports, risk). An id that is in no table is shown as it is.
//
// The names of months are in package language, which writes days.
package wording

import (
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// name is a term by itself and as it follows other words in a sentence.
type name struct{ alone, inside language.Message }

// literal is a message that is the same in every language.
func literal[ID ~string](id ID) language.Message { return language.Message{Pattern: string(id)} }

func find[ID ~string](table map[string]language.Message, id ID) language.Message {
	if m, known := table[string(id)]; known {
		return m
	}
	return literal(id)
}

var stages = map[string]name{
	"messy-middle": {language.M("messy middle"), language.M("in the messy middle")},
	"strained":     same(language.M("strained")),
	"fading":       same(language.M("fading")),
	"sustained":    same(language.M("sustained")),
	"emerging":     same(language.M("emerging")),
	"dormant":      same(language.M("dormant")),
	"sunset":       same(language.M("sunset")),
	"unassessed":   same(language.M("unassessed")),
}

func same(m language.Message) name { return name{m, m} }

// named finds a name; what has none is called by its id.
func named[ID ~string](names map[string]name, id ID) name {
	if n, known := names[string(id)]; known {
		return n
	}
	return same(literal(id))
}

// Stage is the name of a stage.
func Stage[ID ~string](stage ID) language.Message { return named(stages, stage).alone }

// IsStage is a stage as it follows "it is": in the messy middle.
func IsStage[ID ~string](stage ID) language.Message { return named(stages, stage).inside }

// OrStages lists stages: "in the messy middle or sustained".
func OrStages[ID ~string](stages []ID) language.Arg {
	names := make([]any, len(stages))
	for i, stage := range stages {
		names[i] = IsStage(stage)
	}
	return language.Or(names...)
}

var stageMeanings = map[string]language.Message{
	"messy-middle": language.M("past the pilot and alive, without visible money, and short of supports"),
	"strained":     language.M("paid for or backed, and short of supports all the same"),
	"fading":       language.M("work on it is running out"),
	"sustained":    language.M("alive, and its supports hold"),
	"emerging":     language.M("not past the pilot"),
	"dormant":      language.M("no sign of work for a long time"),
	"sunset":       language.M("ended by its own people"),
	"unassessed":   language.M("too little could be measured to say"),
}

// StageMeaning explains a stage in one line; one that is none is unassessed.
func StageMeaning[ID ~string](stage ID) language.Message {
	if m, known := stageMeanings[string(stage)]; known {
		return m
	}
	return stageMeanings["unassessed"]
}

var levels = map[string]language.Message{
	"strong":  language.M("strong"),
	"fair":    language.M("fair"),
	"weak":    language.M("weak"),
	"missing": language.M("missing"),
	"unknown": language.M("unknown"),
}

// Level is the name of the level of load or of a support.
func Level[ID ~string](level ID) language.Message { return find(levels, level) }

// backings are the evidence of funding by itself and as a clause.
var backings = map[string]name{
	"received":    {language.M("received"), language.M("funding received is visible")},
	"institution": {language.M("backed by an institution"), language.M("an institution behind it is visible")},
	"named":       {language.M("named in the readme or the catalog"), language.M("who pays or stands behind it is named")},
	"sought":      {language.M("sought"), language.M("no funding received is visible, only that it is asked for")},
	"none":        {language.M("none visible in the sources read"), language.M("no funding is visible in the sources read")},
	"unknown":     {language.M("unknown"), language.M("who pays for it could not be read")},
}

// Backing is the evidence of funding as a clause: an institution behind it is visible.
func Backing[ID ~string](evidence ID) language.Message { return named(backings, evidence).inside }

// Evidence is the evidence of funding by itself: backed by an institution.
func Evidence[ID ~string](evidence ID) language.Message { return named(backings, evidence).alone }

// pillars are load, the supports, and other groups of measures by the first part of
// their ids.
var pillars = map[string]name{
	"":             {},
	"load":         {alone: language.M("Load")},
	"people":       {language.M("People"), language.M("people")},
	"momentum":     {language.M("Momentum"), language.M("momentum")},
	"upkeep":       {language.M("Upkeep"), language.M("upkeep")},
	"funding":      {language.M("Funding"), language.M("funding")},
	"forge":        {alone: language.M("Forge")},
	"archive":      {alone: language.M("Archive")},
	"adoption":     {alone: language.M("Adoption")},
	"advisories":   {alone: language.M("Advisories")},
	"governance":   {alone: language.M("Governance")},
	"inventory":    {alone: language.M("Inventory")},
	"license":      {alone: language.M("License")},
	"ledger":       {alone: language.M("Ledgers")},
	"lifecycle":    {alone: language.M("Lifecycle")},
	"model":        {alone: language.M("Model")},
	"packages":     {alone: language.M("Packages")},
	"posture":      {alone: language.M("Security practices")},
	"posture-full": {alone: language.M("Security practices at GitHub")},
	"runtimes":     {alone: language.M("Runtimes")},
}

// Pillar is the title of load, of a support, or of another group of measures.
func Pillar(id string) language.Message {
	if n, known := pillars[id]; known {
		return n.alone
	}
	return literal(language.Upper(id))
}

// Support is a support inside a sentence.
func Support(id string) language.Message { return pillars[id].inside }

var severities = map[string]language.Message{
	"critical": language.M("critical"),
	"high":     language.M("high"),
	"medium":   language.M("medium"),
	"low":      language.M("low"),
	"unknown":  language.M("not rated"), // "unknown" would read as if the advisory were
}

// Severity is the name of a severity.
func Severity[ID ~string](severity ID) language.Message { return find(severities, severity) }

var risks = map[string]language.Message{
	"low":    language.M("low"),
	"raised": language.M("raised"),
	"high":   language.M("high"),
}

// Risk is the name of a level of risk.
func Risk[ID ~string](level ID) language.Message { return find(risks, level) }

// noRisks say why there is no risk, by the measure that is too low for it or the stage that
// is an end.
var noRisks = map[string]language.Message{
	observation.MomentumCommits12m:  language.M("nobody committed in the last 12 months"),
	observation.MomentumAgeDays:     language.M("it is too young"),
	observation.MomentumCommitsEver: language.M("it has too few commits"),
	"sunset":                        language.M("it is over by its own words"),
	"dormant":                       language.M("work on it has stopped"),
	"":                              language.M("its history does not tell enough"),
}

// NoRisk says as a clause why there is no risk.
func NoRisk(why string) language.Message {
	if m, known := noRisks[why]; known {
		return m
	}
	return noRisks[""]
}

var depths = map[string]language.Message{
	"most":    language.M("most of the work would remain"),
	"part":    language.M("a part of the work would remain"),
	"little":  language.M("hardly any of the work would remain"),
	"stopped": language.M("work has stopped"),
}

// Depth names how much of the work would remain without the most active person.
func Depth[ID ~string](depth ID) language.Message {
	if m, known := depths[string(depth)]; known {
		return m
	}
	return language.M("unknown")
}

// YesNo is an answer.
func YesNo(yes bool) language.Message {
	if yes {
		return language.M("yes")
	}
	return language.M("no")
}

// NotSeen stands for a no, or for an empty list, that holds only for what was read.
func NotSeen() language.Message { return language.M("not seen so far") }

// cause is why something is unknown, and in brief where a reader can do something
// about it.
type cause struct{ text, brief language.Message }

var causes = map[observation.Cause]cause{
	observation.CauseOffline:        {language.M("the network was switched off"), language.M("the network was off")},
	observation.CauseNoToken:        {language.M("the forge asks for a token and none was given"), language.M("needs a token of the forge")},
	observation.CauseMissingObjects: {language.M("the mirror lacks some of the repository's objects"), language.M("files missing from the mirror")},
	observation.CauseUnsupported:    {language.M("nothing here can read this kind of input"), language.M("no lockfile that can be read")},
	observation.CauseNotAsked:       {language.M("nobody was asked who could tell"), language.M("services that were not asked")},
	observation.CauseNoDatabase:     {language.M("no advisory database for the ecosystem"), language.M("no advisory database")},
	observation.CauseNoVersion:      {language.M("the manifest gives no version to match"), language.M("packages without a version")},
	observation.CauseUndecided:      {language.M("an advisory does not say which versions it affects"), language.M("advisories that name no versions")},
	observation.CauseNoSource:       {text: language.M("nothing that was read speaks of it")},
	observation.CauseNoRepository:   {text: language.M("the catalog names no repository")},
	observation.CauseBadURL:         {text: language.M("the address is no repository")},
	observation.CauseNotFound:       {text: language.M("the repository or its mirror is not there")},
	observation.CauseUnreachable:    {text: language.M("the network or the server failed")},
	observation.CauseEmpty:          {text: language.M("the repository has no commits")},
	observation.CauseNoBranch:       {text: language.M("the repository has no default branch")},
	observation.CauseCorrupt:        {text: language.M("git refuses to read the repository")},
	observation.CauseBroken:         {text: language.M("a file that does not parse")},
	observation.CauseOverLimit:      {text: language.M("a limit on time, size or files was met")},
	observation.CauseScannerFailed:  {text: language.M("a scanner failed")},
	observation.CauseScannerPanic:   {text: language.M("a scanner broke off")},
	observation.CauseStale:          {text: language.M("what was read is too old to speak of today")},
	observation.CauseRemark:         {text: language.M("read, though not as it was written")},
	"":                              {text: language.M("no cause given")},
}

// Cause explains why something is unknown.
func Cause(id observation.Cause) language.Message {
	if c, known := causes[id]; known {
		return c.text
	}
	return literal(id)
}

// BriefCause is the same in a few words; false where a reader can do nothing about it.
func BriefCause(id observation.Cause) (language.Message, bool) {
	brief := causes[id].brief
	return brief, brief.Pattern != ""
}

// units are numbers with their units.
var units = map[string]language.Message{
	"":              language.M("{n}"),
	"advisories":    language.M("{n|advisory|advisories}"),
	"changes":       language.M("{n|change|changes}"),
	"commits":       language.M("{n|commit|commits}"),
	"contributions": language.M("{n|contribution|contributions}"),
	"countries":     language.M("{n|country|countries}"),
	"days":          language.M("{n|day|days}"),
	"domains":       language.M("{n|domain|domains}"),
	"downloads":     language.M("{n|download|downloads}"),
	"ecosystems":    language.M("{n|ecosystem|ecosystems}"),
	"files":         language.M("{n|file|files}"),
	"findings":      language.M("{n|finding|findings}"),
	"forks":         language.M("{n|fork|forks}"),
	"functions":     language.M("{n|function|functions}"),
	"goods":         language.M("{n|good|goods}"),
	"identities":    language.M("{n|identity|identities}"),
	"issues":        language.M("{n|issue|issues}"),
	"links":         language.M("{n|link|links}"),
	"manifests":     language.M("{n|manifest|manifests}"),
	"languages":     language.M("{n|language|languages}"),
	"months":        language.M("{n|month|months}"),
	"organizations": language.M("{n|organization|organizations}"),
	"packages":      language.M("{n|package|packages}"),
	"people":        language.M("{n|person|people}"),
	"points":        language.M("{n|point|points}"),
	"points of 10":  language.M("{n|point of 10|points of 10}"),
	"ratio":         language.M("{n} ratio"),
	"releases":      language.M("{n|release|releases}"),
	"repositories":  language.M("{n|repository|repositories}"),
	"runtimes":      language.M("{n|runtime|runtimes}"),
	"stars":         language.M("{n|star|stars}"),
	"teams":         language.M("{n|team|teams}"),
	"years":         language.M("{n|year|years}"),
}

// HasUnit reports whether a unit is in the table.
func HasUnit[ID ~string](unit ID) bool {
	_, known := units[string(unit)]
	return known
}

// Quantity is a number with its unit: "at least 3 people".
func Quantity[ID ~string](n language.Arg, unit ID) language.Message {
	m, known := units[string(unit)]
	if !known {
		return language.M("{n} {unit}", "n", n, "unit", string(unit))
	}
	m.Args = map[string]language.Arg{"n": n}
	return m
}
