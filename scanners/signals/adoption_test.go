package signals

import "testing"

func TestLanguagesAreReadFromTheNamesOfFiles(t *testing.T) {
	for file, want := range map[string]string{
		"src/locales/fr.json": "fr", "locale/pt_BR/LC_MESSAGES/django.po": "pt", "po/sw.po": "sw", "app/src/main/res/values-am/strings.xml": "am",
		"app/src/main/res/values-pt-rBR/strings.xml": "pt", "src/main/resources/messages_es.properties": "es", "ios/App/ar.lproj/Localizable.strings": "ar",
		"i18n/en-GB/app.yml": "en", "lib/l10n/app_hi.arb": "hi",

		"locales/index.json": "", "src/xx.json": "", "locales/qqq.json": "", "values/strings.xml": "", "lang/README.md": "", "i18n/zz/a.json": "", "messages.properties": "",
		"src/go/a.json": "", "": "",
	} {
		if got := languageOf(file); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

func TestEntriesOfAListOfAdoptersAreCounted(t *testing.T) {
	for text, want := range map[string]int{
		"# Adopters\n\n| Organization | Use |\n|---|---|\n| [Utopia](https://example.org) | all |\n| Laputa | some |\n": 2,
		"* **Utopia**: since 2020\n* [Laputa](x)\n- Atlantis\n":                                                         3,
		"1. Utopia\n2. Laputa\n":                                  2,
		"We would love to hear who uses it. Add yourself here.\n": 0,
		"- add a line here\n":                                     0,
		"":                                                        0,
	} {
		if got := countEntries(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
