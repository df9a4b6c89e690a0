// Package country reads names of countries as people write them: ISO 3166-1 codes, the
// names of CLDR in all of its languages, official names, former ones and short ones.
//
// Source of codes and names: CLDR, as golang.org/x/text carries it.
package country

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// Reading is what texts say of countries.
type Reading struct {
	// Names are countries as CLDR spells them in English, each once, in the order of the
	// texts.
	Names []string
	// Wider are the texts, or parts of them, that name the world, a continent, a group of
	// countries or none.
	Wider []string
	// Unread are those that are neither.
	Unread []string
}

// Read reads texts that name a country each. A text of several is taken apart.
func Read(texts []string) Reading {
	var r Reading
	for _, text := range texts {
		if len(texts) == 1 && slices.Contains([]string{"na", "no"}, key(text)) { // an answer, and not the code of Namibia or Norway
			r.Unread = append(r.Unread, text)
			continue
		}
		r.read(text, separators())
	}
	return r
}

// separators part the countries of one text, the surest first.
var separators = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`\s*[;|/\n]\s*|\s*[•·]\s*`),
		regexp.MustCompile(`\s*[,،、]\s*(?:(?:and|et|und|y|e)\s+)?`),
		regexp.MustCompile(`\s*[&+]\s*|\s+(?:and|et|und|y|e|и)\s+`),
	}
})

// maxParts bounds the parts of one text.
const maxParts = 1000

func (r *Reading) read(text string, separators []*regexp.Regexp) {
	text = strings.TrimSpace(text)
	if name := Find(text); name != "" {
		if !slices.Contains(r.Names, name) {
			r.Names = append(r.Names, name)
		}
		return
	}
	switch k := key(text); {
	case text == "":
	case isGroup(k), inOthers().groups[k]:
		r.Wider = append(r.Wider, text)
	case len(separators) == 0:
		r.Unread = append(r.Unread, text)
	default:
		for _, part := range separators[0].Split(text, maxParts) {
			r.read(part, separators[1:])
		}
	}
}

// Find names the country of a code of two or three letters or of a name, as CLDR spells it
// in English; empty where the text is none.
func Find(text string) string {
	if len(text) > maxText {
		return ""
	}
	if code := flag(text); code != "" {
		text = code
	}
	k := key(text)
	if name := find(k); name != "" {
		return name
	}
	if outside := inBrackets().ReplaceAllString(text, " "); outside != text { // "Kenya (pilot)"
		return find(key(outside))
	}
	return ""
}

// maxText is the most bytes of a name of a country: the longest has some sixty.
const maxText = 400

var inBrackets = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\s*[(\[][^()\[\]]*[)\]]\s*`)
})

// find looks a key up, then what stands behind the form of state of an official name. What
// is a group of countries in English is no country of another language: "MENA".
func find(key string) string {
	for range 3 { // "republic of the union of myanmar"
		if name := inEnglish()[key]; name != "" || isGroup(key) {
			return name
		}
		if name := inOthers().countries[key]; name != "" {
			return name
		}
		parts := official().FindStringSubmatch(key)
		if parts == nil {
			return ""
		}
		key = strings.TrimPrefix(parts[1]+parts[2]+parts[3], "the ")
	}
	return ""
}

// official matches official names: the form of state before the country ("federative
// republic of brazil", "bundesrepublik deutschland"), or behind it ("kenya republic of").
var official = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + adjectives + `(?:republic|kingdom|federation|union|commonwealth|sultanate|principality|grand duchy|emirate) of (?:the )?(.+)|` +
		`(?:bundesrepublik|republik|republica|republique|repubblica|reino|royaume|regno|konigreich|koninkrijk|konungariket|kongeriget|kongeriket|` +
		`gran ducado|grand duche|principado|principaute|confederacion|confederation)` +
		`(?: (?:federativa|federal|federale|bolivariana|oriental|plurinacional|cooperativa|democratica|democratique|popular|populaire|islamica|islamique|unida|unie|der|van))*` +
		`(?: (?:de la|de los|de|del|da|do|dos|des|du|di)\b| d[ei]? ?l'| d')?[ ']?(.+)|` +
		`(.+?) ` + adjectives + `(?:republic|kingdom|federation|union|commonwealth) of(?: the)?)$`)
})

const adjectives = `(?:(?:federal|federative|democratic|people's|peoples|islamic|socialist|bolivarian|plurinational|cooperative|co operative|united|independent|oriental|arab|` +
	`hashemite|sovereign) )*`

// flag is the code that a picture of a flag is made of; empty where the text is none.
func flag(text string) string {
	runes := []rune(strings.TrimSpace(text))
	if len(runes) != 2 || runes[0] < '🇦' || runes[0] > '🇿' || runes[1] < '🇦' || runes[1] > '🇿' {
		return ""
	}
	return string([]rune{'A' + runes[0] - '🇦', 'A' + runes[1] - '🇦'})
}

// key folds what spellings of one name differ in: case, accents, points and dashes.
func key(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x300 && r <= 0x36f:
			return -1
		case strings.ContainsRune("’‘`ʻʼ´", r):
			return '\''
		case unicode.IsSpace(r), strings.ContainsRune(".,()[]-–—_*", r):
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
	text = strings.Join(strings.Fields(strings.ReplaceAll(norm.NFC.String(text), "&", " and ")), " ")
	return strings.TrimPrefix(text, "the ")
}

// renamed are names of countries that CLDR has changed since x/text took its data.
var renamed = map[string]string{"SZ": "Eswatini", "MK": "North Macedonia"}

// nameOf is the name of a country in English.
func nameOf(region language.Region) string {
	return cmp.Or(renamed[region.String()], display.English.Regions().Name(region))
}

// inEnglish maps the keys of codes, of names in English and of spellings in use to names.
var inEnglish = sync.OnceValue(func() map[string]string {
	found := map[string]string{}
	add := func(text, name string) {
		if k := key(text); k != "" {
			found[k] = name
		}
	}
	regions, _ := regionsOfCLDR()
	for _, region := range regions {
		for _, text := range []string{region.String(), region.ISO3(), display.English.Regions().Name(region), nameOf(region)} {
			add(text, nameOf(region))
		}
	}
	for code, spellings := range otherSpellings {
		for _, spelling := range spellings {
			add(spelling, nameOf(language.MustParseRegion(code)))
		}
	}
	return found
})

// table is what other languages than English call countries and groups of them, by key.
type table struct {
	countries map[string]string // to names in English; empty where two countries share it
	groups    map[string]bool
}

// inOthers is made when a text is none of English.
var inOthers = sync.OnceValue(makeOthers)

func makeOthers() table {
	t := table{countries: map[string]string{}, groups: map[string]bool{}}
	regions, groups := regionsOfCLDR()
	for _, tag := range display.Supported.Tags() {
		local := display.Regions(tag)
		if local == nil {
			continue
		}
		for _, region := range regions {
			t.add(local.Name(region), nameOf(region))
		}
		for _, region := range groups {
			if k := key(local.Name(region)); k != "" {
				t.groups[k] = true
			}
		}
	}
	return t
}

func (t table) add(text, name string) {
	k := key(text)
	if len(k) < 3 { // would be taken for a code
		return
	}
	if have, is := t.countries[k]; is && have != name {
		name = ""
	}
	t.countries[k] = name
}

// regionsOfCLDR are the countries, and the groups of countries that UN M49 numbers.
func regionsOfCLDR() (countries, groups []language.Region) {
	english := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.String() != code || region.ISO3() == "ZZZ" {
				continue
			}
			if name := english.Name(region); name != "" && !strings.Contains(name, "Unknown") {
				countries = append(countries, region)
			}
		}
	}
	for number := 1; number < 1000; number++ {
		region, err := language.EncodeM49(number)
		if err == nil && region.IsGroup() && english.Name(region) != "" {
			groups = append(groups, region)
		}
	}
	return countries, groups
}

// isGroup reports whether a key names no country, in English: the world, continents and
// their parts, groups of states, or a count.
func isGroup(key string) bool { return wider().MatchString(key) }

var wider = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:all(?: over)?(?: the)?(?: world| countries)?|world|worldwide|world wide|global(?:ly)?|international(?:ly)?|everywhere|anywhere|any|elsewhere|` +
		`(?:multiple|various|several|many|other|all|most)(?: countries| others)?|others|(?:more than |over |about |some |~|>)?[0-9]+ ?\+?(?: (?:or more|other|more))?(?: countries)?|` +
		`(?:(?:sub saharan|subsaharan|north|south|east|west|central|southern|northern|eastern|western|south east|southeast|latin|middle|francophone|anglophone|lusophone|` +
		`equatorial|tropical|upper|lower|greater) )*` +
		`(?:africa|asia|europe|america|americas|oceania|caribbean|pacific|east|balkans|mena|wana|ssa|sahel|maghreb|mashreq|levant|gulf|amazon|andes|eurasia|horn of africa|eu|eea|efta|` +
		`european union|lac|latam|apac|emea|scandinavia|benelux|baltics|caucasus|nordics|caricom|ecowas|cedeao|sadc|eac|comesa|cemac|waemu|uemoa|asean|saarc|gcc|mercosur|oecd|` +
		`brics|g7|g20|g77|african union|au|un|united nations|commonwealth)(?: (?:countries|states|nations|region|member states|islands|basin))?|` +
		`(?:nordic|baltic|pacific|caribbean|gulf|arab|african|asian|european|latin american|eu|un|asean|commonwealth|developing|developed|emerging|small|island|least|low|lower|middle|high|` +
		`income|resource|limited|poor|and|landlocked|fragile|partner|member|donor|conflict|affected|less|economically) ?` +
		`(?:(?:developed|developing|emerging|island|low|lower|middle|high|income|resource|limited|poor|and|landlocked|fragile|conflict|affected|member|setting) )*` +
		`(?:countries|states|nations|islands|world|region|economies|settings)|` +
		`ldcs?|lldcs?|lics?|lmics?|umics?|hics?|sids|odas?|fcas|fcvs?|global (?:south|north)|third world|africa and asia|latin america and (?:the )?caribbean|` +
		`asia pacific|n/?a|not applicable|none|nowhere|unknown|tbd|not yet|other|online|internet|remote|cloud|web)$`)
})
