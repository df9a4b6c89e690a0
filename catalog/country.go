package catalog

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/midspan/midspan/internal/observation"
)

// country names the country of an ISO 3166-1 code of two or three letters, or of a name in
// English, as CLDR spells it; empty where the text is none.
func country(text string) string {
	return countryNames()[countryKey(text)]
}

// countryKey folds what spellings of one name differ in.
func countryKey(text string) string {
	text = strings.ToLower(strings.Map(func(r rune) rune {
		switch r {
		case '’', '‘', '`':
			return '\''
		}
		return r
	}, text))
	return strings.TrimPrefix(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\u00a0.,()-–_", r) }), " "), "the ")
}

// countryNames maps the keys of codes and names to CLDR's English name.
var countryNames = sync.OnceValue(func() map[string]string {
	names, english := map[string]string{}, display.English.Regions()
	add := func(key, name string) {
		if key = countryKey(key); key != "" {
			names[key] = name
		}
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			region, err := language.ParseRegion(string(a) + string(b))
			if err != nil || !region.IsCountry() || region.String() != string(a)+string(b) {
				continue
			}
			name := english.Name(region)
			if name == "" || strings.Contains(name, "Unknown") {
				continue
			}
			add(region.String(), name)
			add(region.ISO3(), name)
			add(name, name)
		}
	}
	for code, spellings := range otherSpellings {
		region := language.MustParseRegion(code)
		for _, spelling := range spellings {
			add(spelling, english.Name(region))
		}
	}
	return names
})

// otherSpellings are names in use beside CLDR's: those of the United Nations, former ones
// and short ones.
var otherSpellings = map[string][]string{
	"AE": {"UAE", "Emirates"}, "AG": {"Antigua and Barbuda"}, "BA": {"Bosnia and Herzegovina", "Bosnia"},
	"BO": {"Bolivia, Plurinational State of", "Plurinational State of Bolivia"},
	"BN": {"Brunei Darussalam"},
	"CD": {"Democratic Republic of the Congo", "Democratic Republic of Congo", "DR Congo", "DRC", "Congo, Democratic Republic of the",
		"Congo, the Democratic Republic of the", "Congo (DRC)", "Congo DR"},
	"CG": {"Congo", "Republic of the Congo", "Republic of Congo", "Congo, Republic of the"},
	"CI": {"Ivory Coast", "Cote d'Ivoire", "Côte d'Ivoire"},
	"CV": {"Cabo Verde", "Cape Verde"}, "CZ": {"Czech Republic"}, "FM": {"Micronesia, Federated States of", "Federated States of Micronesia"},
	"GB": {"UK", "Great Britain",
		"United Kingdom of Great Britain and Northern Ireland", "England", "Scotland", "Wales", "Northern Ireland"},
	"GM": {"Gambia, The"}, "HK": {"Hong Kong"}, "IR": {"Iran, Islamic Republic of", "Islamic Republic of Iran"},
	"KN": {"Saint Kitts and Nevis", "St. Kitts and Nevis"},
	"KP": {"Democratic People's Republic of Korea", "Korea, Democratic People's Republic of"},
	"KR": {"Republic of Korea", "Korea, Republic of", "Korea"},
	"LA": {"Lao People's Democratic Republic", "Lao PDR"}, "LC": {"Saint Lucia"}, "MD": {"Moldova, Republic of", "Republic of Moldova"},
	"MK": {"Macedonia", "FYROM"},
	"MM": {"Burma", "Myanmar"}, "MO": {"Macau", "Macao"}, "NL": {"Holland"},
	"PS": {"Palestine", "State of Palestine", "Palestine, State of", "Occupied Palestinian Territory"},
	"RU": {"Russian Federation"}, "ST": {"Sao Tome and Principe"}, "SY": {"Syrian Arab Republic"}, "SZ": {"Swaziland"}, "TL": {"East Timor"},
	"TR": {"Turkey", "Türkiye", "Turkiye"},
	"TT": {"Trinidad and Tobago"}, "TW": {"Taiwan, Province of China", "Chinese Taipei"},
	"TZ": {"Tanzania, United Republic of", "United Republic of Tanzania"},
	"US": {"USA", "U.S.A.", "U.S.", "United States of America", "America"}, "VA": {"Holy See"}, "VC": {"Saint Vincent and the Grenadines"},
	"VE": {"Venezuela, Bolivarian Republic of", "Bolivarian Republic of Venezuela"}, "VN": {"Viet Nam"}, "XK": {"Kosovo"},
}

// widerRegion matches what names no country: the world, continents and their parts.
var widerRegion = regexp.MustCompile(`^(?:all(?: over the)?(?: world| countries)?|world|worldwide|global|globally|international|everywhere|any|multiple(?: countries)?|various(?: countries)?|` +
	`(?:(?:sub saharan|north|south|east|west|central|southern|northern|eastern|western|south east|southeast|latin|middle|francophone|anglophone) )*` +
	`(?:africa|asia|europe|america|americas|oceania|caribbean|pacific|east|balkans|mena|sahel|eu|european union|lac|apac|emea)|africa and asia|latin america and (?:the )?caribbean|` +
	`asia pacific|n/?a|none|other|online)$`)

var countrySeparator = regexp.MustCompile(`\s*(?:[;/|&+]|,|\band\b)\s*`)

// countries brings texts to countries, each once. A text of several is taken apart where
// every part is one. What names a continent or the world names no country; what is
// neither stays as it is. Nil stays nil: the catalog does not say.
func (n *entryNotes) countries(texts []string) []string {
	if texts == nil {
		return nil
	}
	found := []string{}
	add := func(name string) {
		if !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	for _, text := range texts {
		if name := country(text); name != "" {
			add(name)
			continue
		}
		if parts := eachCountry(text); parts != nil {
			for _, part := range parts {
				add(part)
			}
			continue
		}
		if widerRegion.MatchString(countryKey(text)) {
			n.add(observation.CauseRemark, "", "%q names no country: left out", quote(text))
			continue
		}
		add(text)
	}
	return found
}

// eachCountry takes a text of several countries apart; nil where a part is none.
func eachCountry(text string) []string {
	var names []string
	for _, part := range countrySeparator.Split(text, -1) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name := country(part)
		if name == "" {
			return nil
		}
		names = append(names, name)
	}
	return names
}
