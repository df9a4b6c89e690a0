package maintenance

import (
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/lazy"
)

// versionName finds a version in the name of a tag: numbers set apart by dots or
// underscores ("1.2", "server-v2.0.1", "rel_1_2"), a date ("2024-05-01",
// "20240501", "may-2019"), or one number behind a word that announces it ("v12").
var versionName = lazy.Pattern(`(?i)(?:^|[^a-z0-9])(?:v|r|ver|version|rel|release)?[-_. ]?(?:\d{1,5}(?:[._]\d+)+|20\d\d-\d\d-\d\d|20\d{6}(?:\D|$))` +
	`|^(?:v|r|ver|version|rel|release)[-_. ]?\d{1,5}[a-z]?(?:[^a-z0-9]|$)` +
	`|\b` + monthNames + `[-_. ]?(?:19|20)\d\d(?:\D|$)`)

// unfinished are the words for a version that is not final, as they are written: in full, cut
// short, in the plural, and with the slips of the long ones ("snaphot", "snapshto").
const unfinished = `(?:alphas?|alfa|alhpa|alpah|alpa|betas?|betta|rcs?|cr|candidates?|release[-_. ]?candidates?|` +
	`pre(?:[-_. ]?(?:alpha|beta|rele?a?se))?|previews?|preveiw|s[nasphc]{3,}[otp]{1,3}s?|nightly|dev|devel|develop|development|canary)`

// preRelease finds what marks a version as not final: a word ("1.0-rc.1",
// "nightly-1.2") or Python's short form ("1.0b2").
var preRelease = lazy.Pattern(`(?i)(?:^|[^a-z])(?:` + unfinished + `|test|wip|draft)(?:[^a-z]|$)` +
	`|\.\d+[ab]\d{1,3}$`)

// noRelease finds what marks a tag as something kept or put into service, and not
// published: a backup, an archive, a deployment of one server, a branch's end.
var noRelease = lazy.Pattern(`(?i)(?:^|[^a-z])(?:backup|bkp|bkup|bck|bak|archived?|old|deploy(?:ed|ment)?s?|staging|stage|sandbox|uat|qa|demo|tmp|temp|wip|save|saved|` +
	`checkpoint|before|after|pre[-_]?merge|merged?|feature|feat|branch|branches|svn|cvs|import|imported|experiments?|poc|spike|start|begin|end[-_]of|attic|stale|` +
	`heads|remotes|dependabot|renovate|bugfix|jenkins|build[-_]?\d|ci[-_]?\d|pull|pr[-_]?\d|rollback|revert|migrated?)(?:[^a-z]|$)`)

// keptOn finds what marks a tag with a date as a state that was kept or put into service on
// that day: of copies made each night, of what was live, handed in, looked at or worked. Before
// a version the same words are the name of a part ("sync-1.2").
var keptOn = lazy.Pattern(`(?i)(?:^|[-_./ ])(?:nightly|nightlies|daily|hourly|snapshots?|audit(?:ed)?|review(?:ed)?|sync(?:ed|hronized)?|upstream|vendor(?:ed)?|state|(?:known|last)[-_.]?(?:good|working|stable)|` +
	`working|safe|frozen|freeze|fork(?:ed|[-_.]?point)?|baseline|mirror(?:ed)?|rebased?|workshop|course|thesis|paper|submi(?:tted|ssion)|current(?:ly)?|live[-_.]?(?:at|on|since)|(?:went|gone)[-_.]?live|` +
	`latest|last|prev(?:ious(?:ly)?)?|orig(?:inal)?|history|historical|legacy|handover|handoff|debug|dev|test(?:ed|ing)?|broken|obsolete|unused|dead|rescued?|recover(?:ed|y)|restored?|(?:restore|save)[-_ ]?points?|dump|export(?:ed)?|cutover|lock(?:ed)?)` +
	`(?:[-_./ ](?:prod(?:uction)?|live|main|master|server|state|run|copy|build|[a-z]{0,10}ed))?[-_./ @]*(?:19|20)\d\d`)

// aroundWork finds a mark that was set before or after a work on the repository:
// "pre-rewrite-v2", "post_migration".
var aroundWork = lazy.Pattern(`(?i)^(?:just[-_.])?(?:pre|post|prior[-_.]to)[-_./ ]?(?:the[-_.])?(?:[a-z]+[-_.])?(?:rewrit(?:e|ing)|refactor(?:ing|ed)?|migrat(?:ion|e|ing)|merge|mov(?:e|ing)|split(?:ting)?|rebas(?:e|ing)|clean[-_]?up|` +
	`upgrade|conversion|convert|import|monorepo|cut[-_]?over|switch(?:over)?|remov(?:al|e|ing)|re[-_]?design|re[-_]?organi[sz]ation|reorg|re[-_]?structur(?:e|ing)|port(?:ing)?|transfer|launch|squash(?:ing)?|rename|renaming|reformat(?:ting)?|` +
	`prettier|black|lint(?:ing)?|filter[-_]?(?:branch|repo)|history[-_]?rewrite|overhaul|update|big[-_.]?bang|fork|freeze|covid|pilot|deletion|purge)(?:[^a-z]|$)`)

// runOfTags is how many tags of one shape a repository needs on different days for
// them to be its way of releasing, where no single one of them names a version.
const runOfTags = 3

// monthNames are the English names of months, and their abbreviations.
const monthNames = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`

// months are they as words.
const months = `\b` + monthNames + `\b`

// seasons are named in the tags of those who ship by them.
const seasons = `\b(?:spring|summer|autumn|fall|winter)`

// bareNumber is a version of one number, in a repository whose others have dots: "2" beside
// "1.0" and "1.1".
var (
	bareNumber    = lazy.Pattern(`^\d{1,3}$`)
	dottedNumbers = lazy.Pattern(`^\d{1,5}(?:\.\d+)+$`)
)

// dottedShape stands for the versions with dots among the shapes of tags.
const dottedShape = "#.#"

// leastDotted is how many versions with dots make a bare number a version.
const leastDotted = 2

var (
	digits   = lazy.Pattern(`(?i)` + months + `|` + seasons + `|\d+`)
	withDate = lazy.Pattern(`(?i)(?:19|20)\d\d[-_. ]?(?:W|KW|CW)[-_. ]?\d\d?\b|(?:^|\D)(?:FY[-_. ]?)?(?:19|20)?\d\d[-_. ]?(?:Q[1-4]|[HS][12])\b|\b(?:Q[1-4]|[HS][12])[-_. ]?(?:FY)?(?:19|20)\d\d\b|` +
		`(?:` + months + `|` + seasons + `)[-_. ]?(?:19|20)\d\d|(?:19|20)\d\d[-_. ]?(?:` + months + `|` + seasons + `)|` +
		`(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])|(?:0?[1-9]|1[0-2])[-_.](?:0?[1-9]|[12]\d|3[01])[-_.](?:19|20)\d\d`)
)

// shapeOf is a tag's name with its numbers taken out: "production_#", "v#", "#-#-#".
// Empty where it has none, or more words than a release has.
func shapeOf(name string) string {
	shape := digits().ReplaceAllString(name, "#")
	if shape == name || len(strings.FieldsFunc(shape, func(r rune) bool { return r == '/' || r == '-' || r == '_' || r == '.' || r == ' ' })) > 5 {
		return ""
	}
	return shape
}

// shapedTag is a tag that may name something published.
type shapedTag struct {
	gitrepo.Tag
	name, shape string
}

// isMark reports a tag that is set for those who work on the repository, and publishes nothing.
func isMark(name string) bool {
	return noRelease().MatchString(name) || keptOn().MatchString(name) || aroundWork().MatchString(name)
}

// shaped leaves out what marks itself as no release.
func shaped(tags []gitrepo.Tag) []shapedTag {
	var kept []shapedTag
	for _, tag := range tags {
		if name := strings.TrimSpace(tag.Name); !isMark(name) {
			kept = append(kept, shapedTag{tag, name, shapeOf(name)})
		}
	}
	return kept
}

// runsOf returns the shapes in which a repository ships: several tags on different
// days, which bear dates or nothing but a number.
func runsOf(tags []shapedTag) map[string]bool {
	days, ships, dotted := map[string]map[time.Time]bool{}, map[string]bool{}, 0
	for _, tag := range tags {
		if dottedNumbers().MatchString(tag.name) {
			dotted++
		}
		bare := strings.Trim(tag.shape, "vVrR#")
		if tag.shape == "" || tag.Created.IsZero() || bare != "" && !withDate().MatchString(tag.name) && !announces().MatchString(tag.shape) {
			continue
		}
		if days[tag.shape] == nil {
			days[tag.shape] = map[time.Time]bool{}
		}
		days[tag.shape][tag.Created.UTC().Truncate(24*time.Hour)] = true
	}
	for shape, on := range days {
		ships[shape] = len(on) >= runOfTags
	}
	ships[dottedShape] = dotted >= leastDotted
	return ships
}

// announces are words before a number that say that something was shipped.
var announces = lazy.Pattern(`(?i)^(?:prod|production|live|release|rel|sprint|iteration|milestone|v|ver|version|build|master|main|stable|hotfix)[-_/. ]*#`)

// isRelease reports whether a tag names something that was published, in a repository that
// ships in these shapes.
func (t shapedTag) isRelease(ships map[string]bool) bool {
	return versionName().MatchString(t.name) || ships[t.shape] || ships[dottedShape] && bareNumber().MatchString(t.name)
}

// release is a day on which versions were tagged. Several tags of one day are
// one release: a repository of many packages tags each of them, and a build
// server may tag one commit under several names.
type release struct {
	day   time.Time // start of the day, UTC
	first time.Time // the earliest tag of that day
	final bool      // at least one tag names a final version
	tags  int       // tags of that day
	// What is shown of a day is of the thing itself, where one of its tags is: its version
	// (that of a final one if there is one, empty where they name several), and whether it
	// is final.
	version              string
	ofMain, versionFinal bool
}

// versionTag is a tag with a date that names a version.
type versionTag struct {
	gitrepo.Tag
	line, version string
	final         bool
}

// releasesOf finds the releases among tags, oldest first, and counts the tags
// that look like versions but carry no date.
func releasesOf(tags []gitrepo.Tag) (releases []release, undated int) {
	candidates := shaped(tags)
	ships := runsOf(candidates)
	var dated []versionTag
	for _, tag := range candidates {
		switch {
		case !tag.isRelease(ships):
		case tag.Created.IsZero():
			undated++
		default:
			dated = append(dated, versionTag{tag.Tag, lineOf(tag.name), versionOf(tag.name), !preRelease().MatchString(tag.name)})
		}
	}
	slices.SortStableFunc(dated, func(a, b versionTag) int { return a.Created.Compare(b.Created) })
	main := mainLines(dated)
	for _, tag := range dated {
		day := tag.Created.UTC().Truncate(24 * time.Hour)
		if n := len(releases); n == 0 || !releases[n-1].day.Equal(day) {
			releases = append(releases, release{day: day, first: tag.Created, version: tag.version, ofMain: main[tag.line], versionFinal: tag.final})
		}
		r := &releases[len(releases)-1]
		r.tags++
		r.final = r.final || tag.final
		r.show(tag, main[tag.line])
	}
	return releases, undated
}

// show keeps of a day and one more of its tags what is shown: the thing itself before
// others, and what is final before what is not.
func (r *release) show(tag versionTag, ofMain bool) {
	switch {
	case ofMain && !r.ofMain, ofMain == r.ofMain && tag.final && !r.versionFinal:
		r.version, r.ofMain, r.versionFinal = tag.version, ofMain, tag.final
	case ofMain == r.ofMain && tag.final == r.versionFinal && tag.version != r.version:
		r.version = ""
	}
}

// shownBy returns the releases by at that are shown, oldest first: those of the thing
// itself, and the unfinished ones among them that are newer than the last final one. Where
// it has none, those that count.
func shownBy(all []release, at time.Time) []release {
	own := slices.DeleteFunc(slices.Clone(all), func(r release) bool { return !r.ofMain || r.first.After(at) })
	last := -1
	for i, r := range own {
		if r.versionFinal {
			last = i
		}
	}
	shown := own[:0]
	for i, r := range own {
		if r.versionFinal || i > last {
			shown = append(shown, r)
		}
	}
	if len(shown) == 0 {
		return releasedBy(all, at)
	}
	return shown
}

// releasedBy returns the releases made by at, oldest first: the final ones, or
// where there was no final one yet, the unfinished ones, since a project that
// ships betas only has shipped.
func releasedBy(all []release, at time.Time) []release {
	var finals, others []release
	for _, r := range all {
		switch {
		case r.first.After(at):
		case r.final:
			finals = append(finals, r)
		default:
			others = append(others, r)
		}
	}
	if len(finals) == 0 {
		return others
	}
	return finals
}
