package country

import (
	"slices"
	"strings"
	"testing"
)

// spellings are names as people write them, by the country that they mean.
var spellings = map[string][]string{
	"Afghanistan":             {"Afghanistan ", "AFGHANISTAN", "AF", "AFG", "af", "Islamic Republic of Afghanistan", "افغانستان"},
	"Argentina":               {"Argentine Republic", "República Argentina"},
	"Austria":                 {"Österreich", "Republik Österreich", "Autriche"},
	"Bolivia":                 {"Plurinational State of Bolivia", "Bolivia (Plurinational State of)", "Estado Plurinacional de Bolivia, Bolivia"},
	"Brazil":                  {"Brasil", "BRA", "Federative Republic of Brazil", "República Federativa do Brasil", "Brésil", "🇧🇷"},
	"Cape Verde":              {"Cabo Verde", "Republic of Cabo Verde"},
	"China":                   {"中国", "People's Republic of China", "CHN"},
	"Congo - Kinshasa":        {"DRC", "Democratic Republic of the Congo", "Congo, Dem. Rep.", "République démocratique du Congo"},
	"Congo - Brazzaville":     {"Republic of the Congo", "Congo, Rep.", "République du Congo"},
	"Côte d’Ivoire":           {"Côte d'Ivoire", "Cote d'Ivoire", "Ivory Coast", "CIV", "République de Côte d'Ivoire", "COTE D’IVOIRE"},
	"Egypt":                   {"مصر", "Arab Republic of Egypt", "Égypte", "Ägypten"},
	"Eswatini":                {"Swaziland", "Kingdom of Eswatini"},
	"Germany":                 {"Deutschland", "Bundesrepublik Deutschland", "Federal Republic of Germany", "Allemagne", "Alemania", "DEU"},
	"Greece":                  {"Hellenic Republic", "Ελλάδα", "EL"},
	"India":                   {"भारत", "Republic of India", "IN"},
	"Italy":                   {"Italia", "Repubblica Italiana", "it"},
	"Kenya":                   {"Kenya (pilot)", "Republic of Kenya", "Kenya, Republic of", "kenya."},
	"Laos":                    {"Lao People's Democratic Republic", "Lao PDR"},
	"Mexico":                  {"México", "Estados Unidos Mexicanos", "Mexique"},
	"Morocco":                 {"Maroc", "Royaume du Maroc", "Kingdom of Morocco", "المغرب"},
	"Myanmar (Burma)":         {"Burma", "Republic of the Union of Myanmar"},
	"Netherlands":             {"The Netherlands", "Kingdom of the Netherlands", "Nederland", "Holland"},
	"Russia":                  {"Russian Federation", "Россия"},
	"South Korea":             {"Republic of Korea", "Korea (Republic of)", "대한민국"},
	"Palestinian Territories": {"Palestine State", "State of Palestine", "Palestine"},
	"British Virgin Islands":  {"Virgin Islands, British", "VG"},
	"Spain":                   {"España", "Reino de España", "Kingdom of Spain"},
	"Switzerland":             {"Schweiz", "Suisse", "Swiss Confederation"},
	"Tanzania":                {"Tanzania, United Republic of", "United Republic of Tanzania"},
	"Türkiye":                 {"Turkey", "Republic of Türkiye", "TUR"},
	"United Kingdom":          {"UK", "GB", "U.K.", "Great Britain"},
	"United States":           {"USA", "U.S.", "United States of America", "Estados Unidos", "États-Unis"},
	"Vietnam":                 {"Viet Nam", "Socialist Republic of Viet Nam", "Việt Nam"},
}

func TestSpellingsOfACountryAreThatCountry(t *testing.T) {
	for want, texts := range spellings {
		for _, text := range append(texts, want) {
			got := Read([]string{text})
			if want == "Türkiye" && slices.Equal(got.Names, []string{"Turkey"}) { // as older CLDR spells it
				continue
			}
			if !slices.Equal(got.Names, []string{want}) {
				t.Errorf("%q: %+v, want %s", text, got, want)
			}
		}
	}
}

func TestWhatIsNoCountryIsNone(t *testing.T) {
	for _, text := range []string{"Global", "Worldwide", "world", "Africa", "Sub-Saharan Africa", "East Africa", "Latin America and the Caribbean", "EU", "European Union",
		"LDCs", "LMICs", "SIDS", "Least Developed Countries", "low- and middle-income countries", "Developing countries", "Small Island Developing States", "Global South",
		"ECOWAS", "ASEAN member states", "Pacific Islands", "MENA", "Multiple countries", "50+ countries", "More than 100 countries", "12", "N/A", "none", "Afrique",
		"América Latina", "Europa", "Asia-Pacific", "the Commonwealth", "Nordic countries", "Middle East", "Middle East and North Africa", "Resource-limited settings"} {
		if got := Read([]string{text}); len(got.Names) > 0 || len(got.Unread) > 0 {
			t.Errorf("%q: %+v, want a wider region", text, got)
		}
	}
	for _, text := range []string{"Somewhere", "Nairobi", "Our office", "no", "NA", "x", "Atlantis", "Ministry of Health"} {
		if got := Read([]string{text}); len(got.Names) > 0 || len(got.Unread) == 0 {
			t.Errorf("%q: %+v, want what is not known", text, got)
		}
	}
}

func TestTextsOfSeveralAreTakenApart(t *testing.T) {
	for text, want := range map[string]string{
		"Kenya, Uganda and Rwanda":                      "Kenya|Uganda|Rwanda",
		"Trinidad and Tobago; Bosnia and Herzegovina":   "Trinidad & Tobago|Bosnia & Herzegovina",
		"Kenya, Trinidad and Tobago":                    "Kenya|Trinidad & Tobago",
		"Nairobi, Kenya":                                "Kenya",
		"Kenya and elsewhere":                           "Kenya",
		"Tanzania, United Republic of / Zambia":         "Tanzania|Zambia",
		"KE, UG, NO":                                    "Kenya|Uganda|Norway",
		"Congo, Democratic Republic of the;Congo":       "Congo - Kinshasa|Congo - Brazzaville",
		"Sénégal, Côte d'Ivoire et Bénin":               "Senegal|Côte d’Ivoire|Benin",
		"Brasil\nDeutschland\nWorldwide":                "Brazil|Germany",
		"Guinea, Guinea-Bissau, Equatorial Guinea":      "Guinea|Guinea-Bissau|Equatorial Guinea",
		"Niger, Nigeria":                                "Niger|Nigeria",
		"Dominica; Dominican Republic":                  "Dominica|Dominican Republic",
		"South Africa, Central African Republic, Samoa": "South Africa|Central African Republic|Samoa",
	} {
		if got := strings.Join(Read([]string{text}).Names, "|"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestEveryCountryIsFoundByItsOwnNames(t *testing.T) {
	regions, _ := regionsOfCLDR()
	if len(regions) < 240 {
		t.Fatalf("only %d countries", len(regions))
	}
	for _, region := range regions {
		byCode := Find(region.String())
		if byCode == "" || Find(region.ISO3()) != byCode || Find(byCode) != byCode {
			t.Errorf("%s: %q by its code, %q by three letters", region, byCode, Find(region.ISO3()))
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Kenya, Uganda and Rwanda")
	f.Add("Republic of the Republic of the (x) of")
	f.Add("🇧🇷")
	f.Fuzz(func(t *testing.T, text string) {
		r := Read([]string{text})
		for _, name := range r.Names {
			if Find(name) != name {
				t.Errorf("%q: %q is no name of a country", text, name)
			}
		}
	})
}

// BenchmarkOthers makes the table of all languages, which a run makes once at most.
func BenchmarkOthers(b *testing.B) {
	for b.Loop() {
		makeOthers()
	}
}
