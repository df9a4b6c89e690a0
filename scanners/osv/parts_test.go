package osv_test

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func TestAFileOfRequirementsWithoutAnyIsNamedAndATextIsNot(t *testing.T) {
	seen := scan(t, commit(t, map[string]string{
		"requirements/prod.txt":   "{% for p in packages %}\n{{ p.name }}=={{ p.version }}\n{% endfor %}\n",
		"requirements/README.txt": "Install\n=======\n\nsee below\n",
		"requirements/words.txt":  "The needs of the clinics are listed here by ward.\nEach ward needs a nurse who reads them aloud.\n",
		"requirements/test.txt":   "pytest==6.0.0\n",
	}))
	if _, ok := note(seen, observation.CauseBroken, "requirements/prod.txt"); !ok {
		t.Errorf("the file without requirements is not named: %v", seen.Notes)
	}
	for _, text := range []string{"requirements/README.txt", "requirements/words.txt", "requirements/test.txt"} {
		if n, ok := note(seen, observation.CauseBroken, text); ok {
			t.Errorf("%s is named: %s", text, n.Message)
		}
	}
}

func TestABillOfMaterialsOfTheRepositoryIsNotLeftOut(t *testing.T) {
	project := func(name, rest string) string {
		return "<project><groupId>org.ledger</groupId><artifactId>" + name + "</artifactId><version>1.0</version>" + rest + "</project>"
	}
	imported := func(group, artifact string) string {
		return "<dependency><groupId>" + group + "</groupId><artifactId>" + artifact + "</artifactId><version>1.0</version><type>pom</type><scope>import</scope></dependency>"
	}
	manage := func(inside string) string {
		return "<dependencyManagement><dependencies>" + inside + "</dependencies></dependencyManagement>"
	}
	bill := project("bill", manage("<dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.11</version></dependency>"))
	message := func(others string) string {
		t.Helper()
		seen := scan(t, commit(t, map[string]string{"bill/pom.xml": bill, "app/pom.xml": project("app", manage(imported("org.ledger", "bill")+others))}))
		for _, n := range seen.Notes {
			if strings.Contains(n.Message, "bills of materials") {
				return n.Message
			}
		}
		return ""
	}
	if got := message(""); got != "" {
		t.Errorf("the repository's own bill is said to be left out: %s", got)
	}
	if got := message(imported("org.elsewhere", "bill")); !strings.Contains(got, "imported bills of materials (1)") {
		t.Errorf("the note is %q, want one bill from elsewhere", got)
	}
}
