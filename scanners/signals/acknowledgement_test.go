package signals

import "testing"

func TestReadmeThatNamesWhoPaidIsTold(t *testing.T) {
	for text, want := range map[string]bool{
		"This work was funded by the Ministry of Utopia.":                          true,
		"Developed with financial support from [Utopia Fund](https://example.org)": true,
		"It received funding from the **European Commission** under grant 7.":      true,
		"Made possible through a grant from Utopia Foundation":                     true,
		"## Funders\n\n- [Utopia Fund](https://example.org)\n":                     true,
		"Funding partners\n----------------\n\n![Utopia](logo.png)":                true,
		"Projet financé par l'Agence d'Utopie":                                     true,

		"## 💰 Funding\n\n- Utopia Foundation [Program](https://example.org)":        true,
		"With funding, coordination and support from [Utopia](https://example.org)": true,

		"## Funding\n\nUtopia needs your help":             false,
		"This project is funded by donations.":             false,
		"Funded by our community":                          false,
		"It is not funded by Utopia.":                      false,
		"We would like it to be funded by Utopia.":         false,
		"Sponsored by BrowserStack":                        false,
		"with support from the community":                  false,
		"Supported by all major browsers":                  false,
		"## Funders\n\n## License":                         false,
		"## Donors\n\n[Us](https://opencollective.com/us)": false,
		"## Funding\n\nSee FUNDING.yml":                    false,
		"With support for Chrome and Firefox":              false,
		"":                                                 false,
	} {
		if got := acknowledgedAt(text) >= 0; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
