package signals

import (
	"regexp"
	"slices"
	"strings"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/licenseexpr"
	"github.com/midspan/midspan/internal/observation"
)

// statedLines is how far down a readme it is read for a licence: that stands at its end as
// a rule, and what is longer is no readme.
const statedLines = 3000

// writeStated says which licences the readme states where no licence file was recognised:
// a statement is weaker than the text, and is not asked for beside one.
func writeStated(out *measureSet, readme readmeFile, own catalog.Repository) {
	const id = observation.LicenseStated
	switch out.measures[out.index[observation.LicenseSPDX]].State {
	case observation.Measured:
		out.notApplicable(id, "a licence file was read")
		return
	case observation.Unknown, observation.NotApplicable:
	}
	switch {
	case readme.path == "":
		out.notApplicable(id, "no readme")
	case readme.err != nil:
		out.unreadable(id, readme.err)
	default:
		out.measured(id, licensesStated(readme.body, own.Path), readme.path)
	}
}

// licensesStated returns the licences that a readme states for its own repository, as SPDX
// ids, each once, sorted; ids of GNU licences without -only and -or-later. It reads the
// section of that name, lines such as "License: MIT", badges, and sentences about the
// project. name is what the repository is called.
func licensesStated(readme, name string) []string {
	var ids []string
	section := 0 // the level of the heading under which the licence stands; zero for none
	foreign, title := false, strings.ToLower(name)
	for _, b := range blocksOf(readme, statedLines) {
		low := strings.ToLower(plainText(b.raw))
		if b.heading > 0 {
			if title == strings.ToLower(name) {
				title += " " + low
			}
			switch {
			case licenseHeading().MatchString(low) && !otherThing().MatchString(low):
				section, foreign = b.heading, false
			case section == 0 || b.heading <= section:
				section = 0
			default:
				foreign = otherThing().MatchString(low) || otherUse().MatchString(low)
			}
		}
		if foreign && section > 0 {
			continue
		}
		ids = append(ids, badgesOf(b.raw)...)
		for _, sentence := range sentencesOf(low) {
			ids = append(ids, statedIn(sentence, title, section > 0)...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// statedIn reads a sentence in lower case. Outside of a section on the licence it counts
// where it speaks of the project, begins with "licensed under", or is a line "License: …".
func statedIn(sentence, title string, section bool) []string {
	var ids []string
	own := section
	sentence = versionComma().ReplaceAllString(sentence, " version $1")
	sentence = wholeOf().ReplaceAllString(sentence, "$1 this repository ")
	for _, clause := range clauses().Split(sentence, -1) {
		clause = strings.Trim(clause, decoration)
		line, verb := licenseLine().FindStringIndex(clause), underLicense().FindStringIndex(clause)
		before := clause
		switch {
		case notSo().MatchString(clause):
			continue
		case line != nil:
			own = true
			ids = append(ids, expressionOr(clause[line[1]:], namesOf(clause, true))...)
			continue
		case verb != nil:
			before = clause[:verb[0]]
		}
		subject := subjectOf(before)
		switch {
		case otherUse().MatchString(before), otherFirst(subject):
			own = false
		case verb != nil:
			own = isOwn(subject, title)
		}
		if own {
			ids = append(ids, namesOf(clause, verb != nil)...)
		}
	}
	return ids
}

// expressionOr returns the SPDX expression of several licences that a line is, or else what was
// found in it.
func expressionOr(line string, found []string) []string {
	if expression, ok := licenseexpr.Leading(line); ok && licenseexpr.IsCompound(expression) {
		return []string{expression}
	}
	return found
}

// subjectOf is what stands in a clause before its verb.
func subjectOf(clause string) string {
	clause = " " + clause + " "
	if at := predicateVerb().FindStringIndex(clause); at != nil {
		clause = clause[:at[0]]
	}
	return strings.TrimSpace(clause)
}

// otherFirst reports whether a subject is first of all no part of a repository that its
// licence covers: data, documents, pictures, dependencies.
func otherFirst(subject string) bool {
	other, own := otherThing().FindStringIndex(subject), ownSubject().FindStringIndex(subject)
	return other != nil && (own == nil || other[0] <= own[0] || strings.Contains(subject[own[0]:], "'s "))
}

// isOwn reports whether a subject is the repository itself: it says so, or it is a word of
// its title. A licence file, which has no title, speaks of nothing else.
func isOwn(subject, title string) bool {
	if subject == "" || title == "" || ownSubject().MatchString(subject) {
		return true
	}
	for word := range strings.FieldsSeq(subject) {
		if word = strings.Trim(word, decoration); len(word) > 2 && word != "the" && word != "and" && strings.Contains(title, word) {
			return true
		}
	}
	return false
}

var (
	licenseHeading = lazy.Pattern(`^[^\w]*(?:\d+[.)]? )?(?:[\w&,/ '-]*\b)?(?:licen[cs]es?|licen[cs]ing|licen[cs]ed|copying|copyright|legal|licencia|licença|licença de uso|licenza|lizenz|lizenzen|лицензия|ліцензія|许可证|许可|授权协议|ライセンス|라이선스|lisensi|الترخيص|الرخصة)`)
	licenseLine    = lazy.Pattern(`^(?:project |software |code |source code )?(?:licen[cs]e|licen[cs]ing|spdx-license-identifier|licencia|licença|licenza|lizenz|лицензия|许可证)(?: type| is)?\s*[:=–—|-]\s*`)
	underLicense   = lazy.Pattern(`\b(?:licen[cs]ed|released|distributed|available|published|provided|shared|made available|open[- ]?sourced?|covered|governed|redistributed|offered)(?: \w+ly| as open source| as free software| as foss| freely| to you| here| publicly| and distributed)* ` +
		`(?:under|by|with|according to|in accordance with|on)\b|\b(?:is|are) (?:under|subject to) (?:the|an?) |\bunder (?:the )?(?:terms|conditions) of\b|\b(?:uses|has|is) (?:the|an?) (?:[\w.-]+ ){1,6}licen[cs]ed?\b|` +
		`\b(?:licenciad[oa]|distribuid[oa]|distribuíd[oa]|publicad[oa]|liberad[oa]|disponível|disponible) (?:bajo|sob|con|com)\b|\b(?:sous|publié sous|distribué sous|diffusé sous) (?:la |les )?(?:termes de la )?licen[cs]e\b|` +
		`\blizenziert unter\b|\bunter (?:der|den bedingungen der)\b[^.]{0,40}\blizenz\b|\b(?:rilasciato|distribuito) (?:sotto|con)\b|\bis free software[:;,]|\b(?:is|are) (?:an? )?[\w.-]+[- ]licen[cs]ed\b`)
	// ownSubject is the subject of a sentence that licenses the whole repository.
	ownSubject = lazy.Pattern(`\b(?:this|our|all|my) (?:[\w.+'-]+ ){0,3}?` + project + `s?\b|^(?:the )?(?:whole |entire )?` + project + `s?\b|` +
		`^(?:this|it|everything|all (?:the )?(?:code|source|files|work))(?: here| in this repository)?$|\b(?:source code|source|code|software|repository)\b|` +
		`\b(?:el|este|esta|o|a|le|la|ce|cette|das|dieses|il|questo) (?:código|proyecto|projeto|projet|logiciel|software|projekt|progetto|repositorio|repositório|dépôt)\b|^copyright\b|^©|^\(c\)`)
	predicateVerb = lazy.Pattern(` (?:is|are|was|has been|have been|comes|è|est|es|é|está|ist|wird) `)
	// otherThing is what has a licence of its own beside the repository's.
	otherThing = lazy.Pattern(`\b(?:data|datasets?|data sets?|databases?|documentation|docs|contents?|images?|icons?|logos?|fonts?|typefaces?|photos?|photographs?|pictures?|illustrations?|assets?|artworks?|media|maps?|map tiles|tiles|` +
		`articles?|translations?|models?|weights|dependenc(?:y|ies)|third[- ]part(?:y|ies)|3rd[- ]party|libraries|plugins?|themes?|templates?|examples?|samples?|snippets?|figures?|sounds?|music|videos?|slides?|` +
		`contributions?|credits?|acknowledge?ments?|attributions?|trademarks?|datos|données|daten|dados|dados abertos|documentación|documentação)\b`)
	// otherUse are words before which stands what the project rests on, and not the project.
	otherUse = lazy.Pattern(`\b(?:uses?|using|used|includes?|including|included|contains?|incorporates?|bundles?|bundled|ships?|embeds?|based (?:up)?on|derived from|inherited from|adapted from|copied from|taken from|forked from|` +
		`a fork of|borrowed|powered by|built (?:with|on|upon)|depends on|dependenc(?:y|ies)|requires?|thanks to|made by|created by|(?:icons?|fonts?|images?|logo) by|third[- ]party|original(?:ly)?|upstream|parts?|portions?|some|certain|except|excluding|` +
		`unless|tells?|whether|checks?|other|others|each|their|respective|your|you|which|whose|that (?:is|are))\b`)
	// notSo takes back what a clause names, or speaks of another time or of a choice.
	notSo        = lazy.Pattern(`\b(?:not|no longer|never|previously|formerly|until|was|were|used to be|prior to|versions? (?:before|prior|up to)|older|compatible|incompatible|compatib\w+|instead of|unlike|if you|choose|choosing|commercial licen[cs]es? (?:is|are)|relicens\w+)\b`)
	versionComma = lazy.Pattern(`, (?:version|v\.?) ?(\d)`)
	// wholeOf are ways to say everything that lies in the repository.
	wholeOf = lazy.Pattern(`\b(?:the )?(?:contents? of this (?:repository|repo|project)|this (?:repository|repo|project)'s contents?)\b|\b(software|code|source code) (?:included|contained|found|provided) in this (?:repository|repo|project)\b`)
	clauses = lazy.Pattern(`[,;](?:\s|$)|\s[-–—]\s|\s\((?:see|with)\b|\b(?:while|whereas|but|with the exception of|except)\b| and (?:the|all|its) |\| `)
)

// name is how texts call a licence.
type licenseName struct {
	pattern func() *regexp.Regexp
	id      string
}

// namesOf returns the licences that a clause names. bare tells that a single word ("MIT")
// stands where a licence is named.
func namesOf(clause string, bare bool) []string {
	var ids []string
	for _, name := range licenseNames {
		for _, at := range name.pattern().FindAllStringIndex(clause, -1) {
			if !partOfOther(clause, at) {
				ids = append(ids, licenseexpr.WithSuffix(name.id, strings.TrimPrefix(clause[at[0]:], strings.TrimRight(clause[at[0]:at[1]], " ,.)+-"))))
				break
			}
		}
	}
	if len(ids) == 0 {
		switch only := strings.Trim(bareName().ReplaceAllString(clause, " "), decoration); {
		case bare && mitAlone().MatchString(clause), only == "mit", only == "mit mit":
			ids = append(ids, "MIT")
		case bare && iscAlone().MatchString(clause), only == "isc":
			ids = append(ids, "ISC")
		}
	}
	return ids
}

// partOfOther reports whether what was found is a part of another licence's name: the GPL
// of "AGPL-3.0", the CC-BY of "CC-BY-NC".
func partOfOther(clause string, at []int) bool {
	before, after := clause[:at[0]], clause[at[1]:]
	return strings.HasSuffix(before, "-") || strings.HasSuffix(before, "affero ") || strings.HasSuffix(before, "lesser ") ||
		longerName().MatchString(after)
}

var (
	longerName = lazy.Pattern(`^(?:[-\s](?:nc|nd|sa|noncommercial|non-commercial|noderivs|noderivatives|sharealike|share[- ]alike|compatible|like|style)\b)`)
	bareName   = lazy.Pattern(`https?://\S+|\b(?:licen[cs]ed?|the|a|an|see|file|copyright|\d{4}|licen[cs]e\.(?:md|txt))\b|[©:]`)
	mitAlone   = lazy.Pattern(`(?:^|[:=|(/ -])mit(?:$|[\s.,;/)|])`)
	iscAlone   = lazy.Pattern(`(?:^|[:=|(/ -])isc(?:$|[\s.,;/)|])`)
)

// How the version follows a name.
const (
	anyVersion = `[\s,(-]*(?:licen[cs]e)?[\s,(-]*(?:v|version)?[\s.-]*`
	version2   = anyVersion + `2(?:\.0)?(?:[\s).,+-]|$)`
	version3   = anyVersion + `3(?:\.0)?(?:[\s).,+-]|$)`
)

// licenseNames hold the names that leave one licence and version. "GPL" or "BSD" alone
// names none.
var licenseNames = []licenseName{
	{lazy.Pattern(`\bmit[- ]licen[cs]ed?\b|\bmit/x11\b|\bexpat licen[cs]e\b|\b(?:licen[cs]e|licencia|licença|licenza|lizenz|lisensi)[ :]+mit\b|\bmit[- ]lizenz\b|opensource\.org/licenses?/mit\b|choosealicense\.com/licenses/mit\b|\bmit (?:open source )?licen[cs]e\b`), "MIT"},
	{lazy.Pattern(`\bapache(?:[- ]licen[cs]e)?(?: software licen[cs]e)?[\s,(v-]*(?:version|v)?[\s.-]*2(?:\.0)?(?:[\s).,-]|$)|apache\.org/licenses/license-2\.0|\basl[- ]?2(?:\.0)?\b|opensource\.org/licenses?/apache-2\.0`), "Apache-2.0"},
	{lazy.Pattern(`\b(?:bsd[- ]3|3[- ]clause bsd|three[- ]clause bsd|new bsd|modified bsd|revised bsd|bsd 3)\b|\bbsd \(3[- ]clause\)|\bbsd[- ]three[- ]clause`), "BSD-3-Clause"},
	{lazy.Pattern(`\b(?:bsd[- ]2|2[- ]clause bsd|two[- ]clause bsd|simplified bsd|freebsd licen[cs]e|bsd 2)\b`), "BSD-2-Clause"},
	{lazy.Pattern(`\bisc[- ]licen[cs]ed?\b|\b(?:licen[cs]e)[ :]+isc\b|opensource\.org/licenses?/isc\b`), "ISC"},
	{lazy.Pattern(`\b(?:gnu )?(?:agpl|affero gpl|(?:gnu )?affero general public licen[cs]e|affero general public)(?:[\s,(-]*agpl)?` + version3), "AGPL-3.0"},
	{lazy.Pattern(`\b(?:gnu )?(?:lgpl|lesser gpl|lesser general public licen[cs]e)[\s,(-]*(?:licen[cs]e)?[\s,(-]*(?:v|version)?[\s.-]*2\.1\b`), "LGPL-2.1"},
	{lazy.Pattern(`\b(?:gnu )?(?:lgpl|lesser gpl|lesser general public licen[cs]e)(?:[\s,(-]*lgpl)?` + version3), "LGPL-3.0"},
	{lazy.Pattern(`\b(?:gnu )?(?:gpl|general public licen[cs]e|gnu public licen[cs]e|gnu licen[cs]e)(?:[\s,(-]*gpl)?` + version3), "GPL-3.0"},
	{lazy.Pattern(`\b(?:gnu )?(?:gpl|general public licen[cs]e|gnu public licen[cs]e|gnu licen[cs]e)(?:[\s,(-]*gpl)?` + version2), "GPL-2.0"},
	{lazy.Pattern(`\b(?:mozilla public licen[cs]e|mpl)` + version2), "MPL-2.0"},
	{lazy.Pattern(`\b(?:european union public licen[cs]e|eupl)[\s,()-]*(?:eupl)?[\s,()-]*(?:v|version)?[\s.-]*1\.2\b`), "EUPL-1.2"},
	{lazy.Pattern(`\b(?:european union public licen[cs]e|eupl)[\s,()-]*(?:eupl)?[\s,()-]*(?:v|version)?[\s.-]*1\.1\b`), "EUPL-1.1"},
	{lazy.Pattern(`\b(?:eclipse public licen[cs]e|epl)` + version2), "EPL-2.0"},
	{lazy.Pattern(`\b(?:eclipse public licen[cs]e|epl)[\s,(-]*(?:v|version)?[\s.-]*1\.0\b`), "EPL-1.0"},
	{lazy.Pattern(`\bcc0\b|creativecommons\.org/publicdomain/zero/1\.0`), "CC0-1.0"},
	creative("CC-BY-4.0", ccBY),
	creative("CC-BY-SA-4.0", ccBY+ccSA),
	creative("CC-BY-NC-4.0", ccBY+ccNC),
	creative("CC-BY-NC-SA-4.0", ccBY+ccNC+ccSA),
	creative("CC-BY-NC-ND-4.0", ccBY+ccNC+ccND),
	{lazy.Pattern(`\bodbl\b|\bopen database licen[cs]e\b`), "ODbL-1.0"},
	{lazy.Pattern(`\bunlicen[cs]e\b`), "Unlicense"},
	{lazy.Pattern(`\bwtfpl\b`), "WTFPL"},
	{lazy.Pattern(`\b0bsd\b|\bzero[- ]clause bsd\b`), "0BSD"},
	{lazy.Pattern(`\bboost software licen[cs]e\b|\bbsl-1\.0\b`), "BSL-1.0"},
	{lazy.Pattern(`\bartistic[- ]licen[cs]e[\s,-]*(?:v|version)?[\s.-]*2(?:\.0)?\b|\bartistic-2\.0\b`), "Artistic-2.0"},
	{lazy.Pattern(`\bcecill[\s-]*(?:v|version)?[\s.-]*2\.1\b`), "CECILL-2.1"},
	{lazy.Pattern(`\bopen government licen[cs]e[\s,-]*(?:v|version)?[\s.-]*3(?:\.0)?\b|\bogl[- ]?(?:uk-)?3(?:\.0)?\b`), "OGL-UK-3.0"},
	{lazy.Pattern(`\bbusiness source licen[cs]e\b|\bbusl\b`), "BUSL-1.1"},
	{lazy.Pattern(`\belastic licen[cs]e[\s,-]*(?:v|version)?[\s.-]*2(?:\.0)?\b|\belastic-2\.0\b`), "Elastic-2.0"},
	{lazy.Pattern(`\bserver side public licen[cs]e\b|\bsspl\b`), "SSPL-1.0"},
}

// The parts of the names of Creative Commons' licences.
const (
	ccBY = `(?:by|attribution)`
	ccNC = `[-\s]*(?:nc|non-?commercial)`
	ccSA = `[-\s]*(?:sa|share[- ]?alike)`
	ccND = `[-\s]*(?:nd|no-?deriv(?:ative)?s)`
)

// creative is a licence of Creative Commons, version 4.0: its name in words, the short one,
// or its address.
func creative(id, words string) licenseName {
	short := strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(id), "cc-"), "-4.0")
	const gap = `[\s,()-]*`
	return licenseName{lazy.Pattern(`\b(?:creative commons|cc)[-\s:]*` + words + `(?:` + gap + `(?:cc[- ])?` + short + `)?` + gap +
		`(?:international|generic|unported|licen[cs]e|public|v|version)*` + gap + `4\.0\b|creativecommons\.org/licenses/` + short + `/4\.0`), id}
}

// badge is a picture that shows the licence, as shields.io draws it.
var badge = lazy.Pattern(`img\.shields\.io/badge/(?:licen[cs]e|lizenz|licencia|licença)(?:-|_|%20|:)+([a-z0-9.+_% -]+?)-[a-z0-9]+(?:\.svg|\.png)?(?:[?)\]"'\s>]|$)|` +
	`!\[(?:project |software )?licen[cs]e\s*[:-]?\s*([^\]]+)\]`)

func badgesOf(raw string) []string {
	var ids []string
	for _, m := range badge().FindAllStringSubmatch(strings.ToLower(raw), 4) {
		text := m[1] + m[2]
		text = strings.NewReplacer("%20", " ", "--", "-", "__", " ", "_", " ", "%2b", "+").Replace(text)
		ids = append(ids, namesOf("license: "+text, true)...)
	}
	return ids
}
