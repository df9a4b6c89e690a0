package docs

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// head are the comments at the beginning of a file, and all its documents of YAML.
func head(t *testing.T, file string) (string, []any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var comment strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		comment.WriteString(line)
	}
	var documents []any
	for decoder := yaml.NewDecoder(strings.NewReader(string(text))); ; {
		var document any
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return comment.String(), documents
		} else if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, document)
	}
}

// texts calls visit for each text of a document, with the key under which it stands and that
// above it.
func texts(value any, above, key string, visit func(above, key, text string)) {
	switch value := value.(type) {
	case map[string]any:
		for name, item := range value {
			texts(item, key, name, visit)
		}
	case []any:
		for _, item := range value {
			texts(item, above, key, visit)
		}
	case string:
		visit(above, key, value)
	}
}

// Each file, variable, object and image that a manifest needs and does not hold is named in the
// comment at its head, and runs are preceded by an update of the advisories.
func TestWhatTheManifestsNeedIsNamedAtTheirHead(t *testing.T) {
	variable := regexp.MustCompile(`\$\{(\w+)`)
	for _, file := range []string{"../deploy/compose.yaml", "../deploy/kubernetes/midspan.yaml"} {
		comment, documents := head(t, file)
		named, held, update := map[string]bool{}, []string{}, false
		for _, document := range documents {
			object := document.(map[string]any)
			if meta, ok := object["metadata"].(map[string]any); ok {
				held = append(held, meta["name"].(string))
			}
			texts(document, "", "", func(above, key, text string) {
				switch {
				case key == "volumes" && strings.HasPrefix(text, "./"):
					folder, _, _ := strings.Cut(strings.TrimPrefix(text, "./"), ":")
					named["deploy/"+folder] = true
				case key == "file":
					named["deploy/"+filepath.Base(text)] = true
				case key == "name" && (above == "secretKeyRef" || above == "configMap"), key == "secretName", key == "claimName":
					named[text] = true
				case key == "image" && strings.Contains(file, "kubernetes"):
					named[text] = true
				}
				for _, found := range variable.FindAllStringSubmatch(text, -1) {
					named[found[1]] = true
				}
				update = update || strings.Contains(text, "advisories update") || key == "command" && text == "update"
			})
		}
		if len(named) < 3 {
			t.Errorf("%s needs only %v", file, named)
		}
		for name := range named {
			if !strings.Contains(comment, name) && !slices.Contains(held, name) {
				t.Errorf("%s needs %s, and does not say so at its head", file, name)
			}
		}
		if !update {
			t.Errorf("%s brings no advisories, so that all findings are unknown", file)
		}
	}
}

// The form for catalogs offers each format of the reference.
func TestTheFormForCatalogsOffersEachFormat(t *testing.T) {
	reference, err := os.ReadFile("reference/catalogs.md")
	if err != nil {
		t.Fatal(err)
	}
	form, err := os.ReadFile("../.github/ISSUE_TEMPLATE/catalog.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(reference), "|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for line := range strings.Lines(table) {
		for _, format := range strings.Split(strings.Split(line, " | ")[0], ",") {
			if format = strings.Trim(format, "| "); !strings.Contains(string(form), format) {
				t.Errorf("the form for catalogs has no format %s", format)
			}
		}
	}
}
