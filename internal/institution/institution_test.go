package institution

import "testing"

func TestNamesOfPublicBodiesAreTold(t *testing.T) {
	for text, want := range map[string]bool{
		"Ministry of Health, Utopia": true, "Government of Laputa": true, "University of Utopia, GeoHealth group": true, "Universidad de Utopía": true,
		"United Nations Development Programme (UNDP)": true, "UNICEF Innovation": true, "FAO": true, "Statistics Utopia": true,
		"National Statistical Committee of Utopia": true, "Utopian Digitalisation Agency": true, "Utopian Environmental Protection Agency": true,
		"Utopian Meteorological Institute": true, "Royal Institute of Technology": true, "Government Technology Agency": true,

		"eGovernments Foundation": false, "Transforming Governance": false, "People who care": false, "Utopia Systems Ltd": false, "Code for Utopia": false,
		"Digital Initiatives": false, "Advertising Agency Smith": false, "Statistics": false, "": false, "Open Cities": false,
	} {
		if got := IsName(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestSitesOfPublicBodiesAreTold(t *testing.T) {
	for text, want := range map[string]bool{
		"https://www.utopia.gov.sg/x": true, "https://ec.europa.eu": true, "https://www.unicef.org/innovation/": true, "https://www.washington.edu/": true,
		"http://uni-utopia.de": true, "https://public.wmo.int/en": true, "HTTPS://WWW.UTOPIA.GOV.BD./": true,

		"https://egov.org.in/": false, "https://example.org": false, "https://www.gov.example.org/": false, "utopia.gov": false, "": false, "::": false,
	} {
		if got := IsSite(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestAccountsOfPublicBodiesAreTold(t *testing.T) {
	for text, want := range map[string]bool{"unicef-innovation": true, "GovtUtopia": false, "utopia-gov": true, "whoever": false, "who": true} {
		if got := IsAccount(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestFoundationsAndAssociationsAreTold(t *testing.T) {
	for text, want := range map[string]bool{
		"Utopia Foundation": true, "The Open Well Alliance": true, "Consortium for Maps": true, "Fundación Utopía": true, "Stiftung Utopia": true,
		"Utopia e.V.": true, "Association des Cartes": true, "International Federation of Wells": true, "Fundação Utopia": true,

		"Foundational Software Ltd": false, "Utopia Inc": false, "Ministry of Maps": false, "Alliances GmbH": false, "": false,
	} {
		if got := IsAssociation(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
