package catalog

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostileTexts are what a field may hold that was written to do harm wherever
// the text goes: a page, a spreadsheet, a terminal, a store.
func hostileTexts() map[string]string {
	return map[string]string{
		"markup":      `<script>alert(1)</script><img src=x onerror=alert(1)>`,
		"attribute":   `" onmouseover="alert(1)`,
		"formula":     `=HYPERLINK("https://elsewhere.example.org","x")`,
		"formula at":  "@SUM(1+1)*cmd|' /C calc'!A0",
		"escapes":     "\x1b]0;owned\x07\x1b[2J\x1b[31m",
		"controls":    "a\x00b\x01c\x08d\x7fe\u0085f\u009bg",
		"lines":       "a\nb\r\nc\u2028d",
		"direction":   "a\u202eb\u2066c\u200d",
		"megabytes":   strings.Repeat("x", 2<<20),
		"wide":        strings.Repeat("\U0001f309", 1<<18),
		"not UTF-8":   "\xff\xfe\xc3\x28",
		"template":    "{{.}} ${x} %s%n $(touch x) `touch x`",
		"climbs":      "../../../../etc/passwd",
		"command":     "ext::sh -c touch% x",
		"option":      "--upload-pack=touch x",
		"script link": "javascript:alert(1)",
		"data link":   "data:text/html,<script>alert(1)</script>",
		"file link":   "file:///etc/passwd",
		"a secret":    "https://user:hunter2secret@forge.example/a/b",
	}
}

// checkBounds fails where a catalog holds what none may: a text beyond its bound, a
// local path or a scheme that nobody follows, a secret.
func checkBounds(t *testing.T, c Catalog, err error) {
	t.Helper()
	if err != nil {
		if len(err.Error()) > 4000 || strings.ContainsAny(err.Error(), "\x1b\x00") {
			t.Errorf("the error has %d bytes, or controls: %.300q", len(err.Error()), err)
		}
		return
	}
	checkCatalog(t, c, nil)
	for _, g := range c.Goods {
		for _, text := range append([]string{g.ID, g.Name, g.Description, g.Website, g.Status}, g.Aliases...) {
			if len(text) > maxText || strings.Contains(text, "\x00") {
				t.Errorf("a text of %d bytes: %.100q", len(text), text)
			}
		}
		if g.Website != "" && !strings.HasPrefix(g.Website, "https://") && !strings.HasPrefix(g.Website, "http://") {
			t.Errorf("the website is %q", g.Website)
		}
		for _, r := range g.Repositories {
			if scheme, _, _ := strings.Cut(r.URL, ":"); scheme != "https" && scheme != "http" && scheme != "ssh" && scheme != "git" {
				t.Errorf("the repository is %q", r.URL)
			}
		}
		if len(g.Notes) > maxNotes+1 {
			t.Errorf("%d notes", len(g.Notes))
		}
		for _, n := range g.Notes {
			if len(n.Message) > 4*maxQuote+500 || strings.Contains(n.Message, "hunter2secret") {
				t.Errorf("a note of %d bytes: %.300q", len(n.Message), n.Message)
			}
		}
	}
}

// Every text field of the registry's two formats holds each of the texts in turn.
func TestHostileTextsInEveryFieldOfTheRegistry(t *testing.T) {
	shape := `{"name": %[1]s, "aliases": [%[1]s], "description": %[1]s, "website": %[1]s, "type": [%[1]s], "categories": [%[1]s], "license": [{"spdx": %[1]s}], "openlicenses": [{"openLicense": %[1]s}],
		"SDGs": [{"SDGNumber": %[1]s}], "sdgs": {"sdg": [%[1]s]}, "sectors": [%[1]s], "stage": %[1]s, "id": %[1]s, "organizations": [{"name": %[1]s, "org_type": %[1]s, "website": %[1]s}],
		"locations": {"deploymentCountries": [%[1]s], "developmentCountries": [%[1]s]}, "repositories": [{"name": %[1]s, "url": %[1]s}, {"url": "https://forge.example/a/b"}]}`
	for name, text := range hostileTexts() {
		t.Run(name, func(t *testing.T) {
			quoted, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			c, err := readDPGA([]byte("["+fmt.Sprintf(shape, quoted)+"]"), "")
			if err != nil || len(c.Goods) != 1 || len(c.Goods[0].Repositories) == 0 {
				t.Fatalf("the entry is lost: %v", err)
			}
			checkBounds(t, c, err)
		})
	}
}

// Addresses with a secret in them, right and wrong, in every text field of every format:
// nothing that comes of a catalog repeats it.
func TestNoSecretOfACatalogIsKept(t *testing.T) {
	const secret = "hunter2secret"
	shapes := []string{
		"https://u:S@forge.example/a/b", "https://S@forge.example/a/b", "https://u:%zzS@forge.example/a/b", "u:S@github.com/a/b", "//u:S@forge.example/a/b", "git@u:S@forge.example:a/b",
		"https:/u:S@forge.example/a/b", "https://u:pa S@forge.example/a/b", "https://u:S pa@forge.example/a/b", "https://u:12 S@forge.example/a/b", "https://forge.example/a/b?jwt=S", "https://forge.example/a/b?S",
		"https://forge.example/a/b#access=S", "forge.example/a/b?pwd=S", "https://forge.example/a;sid=S", "see https://u:S@forge.example/a/b, or https://forge.example/x?access=S", "https://u:S,x@forge.example/a/b",
		"https://u:S;x@forge.example/a/b", "https://u:a|S@forge.example/a/b", "https://u:S", "https://forge.example:S/a", "https://u:a/S@forge.example/b", "ext::https://u:S@forge.example", "-https://u:S@forge.example", "file://u:S@forge.example/x",
		"https://u:S@" + strings.Repeat("x", 400) + "/a", strings.Repeat("x", 250) + " https://u:" + strings.Repeat("y", 60) + "S@forge.example/a", "ftp://u:S@forge.example", "https://u:S\u200b@forge.example/a/b", "[code](https://u:S@forge.example/a/b)",
		"https://www.forge.example/?jwt=S", "svn://u:S@forge.example/a", "https://%41:S@forge.example/a/b", "https://forge.example/a/b.git?x=y&z=S",
	}
	list := []string{"url", "id", "name", "aliases", "description", "website", "sdgs", "sectors", "type", "status", "licence", "countries", "organization", "maintainer", "funder", "usedby"}
	for i, shape := range shapes {
		text := strings.ReplaceAll(shape, "S", secret)
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		cell := `"` + text + `"`
		folder := t.TempDir()
		files := map[string]string{
			"a.json": fmt.Sprintf(`[{"name": %[1]s, "aliases": [%[1]s], "description": %[1]s, "website": %[1]s, "type": [%[1]s], "license": [{"spdx": %[1]s}], "SDGs": [{"SDGNumber": %[1]s}], "sectors": [%[1]s],
				"stage": %[1]s, "id": %[1]s, "organizations": [{"name": %[1]s, "org_type": %[1]s, "website": %[1]s}], "locations": {"deploymentCountries": [%[1]s]}, "repositories": [{"name": %[1]s, "url": %[1]s}]},
				{"stage": "x", "repositories": [{"url": %[1]s}]}, {"name": {}, "id": %[1]s, "stage": 1}]`, quoted),
			"b.csv":          strings.Join(list, ",") + "\n" + strings.Repeat(cell+",", len(list)-1) + cell + "\n" + cell + "\nhttps://forge.example/a/b\n",
			"c.txt":          "https://forge.example/a/b\n" + text + "\n",
			"publiccode.yml": fmt.Sprintf("publiccodeYmlVersion: \"0.4\"\nname: %[1]s\nurl: %[1]s\nlandingURL: %[1]s\ndevelopmentStatus: %[1]s\nusedBy: [%[1]s]\nfundedBy: [{name: %[1]s, uri: %[1]s}, {uri: %[1]s}]\norganisation: {name: %[1]s, uri: %[1]s}\n", quoted),
		}
		for name, content := range files {
			path := filepath.Join(folder, name)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := Load(t.Context(), path, nil)
			kept, _ := json.Marshal([]any{c, Merge([]Catalog{c}), fmt.Sprint(err)})
			if at := bytes.Index(kept, []byte(secret)); at >= 0 {
				t.Errorf("%d, %s: %s is kept: …%.200s", i, name, shape, kept[max(0, at-100):])
			}
		}
		c := FromURLs([]string{text})
		_, _, err = ParseRepository(text, Typed)
		_, loadErr := Load(t.Context(), text, nil)
		kept, _ := json.Marshal([]any{c, fmt.Sprint(err, loadErr)})
		if at := bytes.Index(kept, []byte(secret)); at >= 0 {
			t.Errorf("%d, typed: %s is kept: …%.200s", i, shape, kept[max(0, at-100):])
		}
	}
}

func TestHostileTextsInEveryColumnOfATable(t *testing.T) {
	header := []string{"url", "id", "name", "aliases", "description", "website", "sdgs", "sectors", "type", "status", "licence", "countries", "organization", "maintainer", "funder", "usedby"}
	for name, text := range hostileTexts() {
		t.Run(name, func(t *testing.T) {
			cell := `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
			table := strings.Join(header, ",") + "\n" + strings.Repeat(cell+",", len(header)-1) + cell + "\nhttps://forge.example/a/b\n"
			c, err := readTable([]byte(table))
			if err != nil || len(c.Goods) != 2 {
				t.Fatalf("%d goods, %v", len(c.Goods), err)
			}
			checkBounds(t, c, err)
		})
	}
}

func TestHostileTextsInEveryFieldOfAPubliccode(t *testing.T) {
	shape := "publiccodeYmlVersion: \"0.4\"\nname: %[1]s\nurl: %[1]s\nlandingURL: %[1]s\ndevelopmentStatus: %[1]s\nlegal: {license: %[1]s}\nusedBy: [%[1]s]\nfundedBy: [{name: %[1]s, uri: %[1]s}]\n" +
		"organisation: {name: %[1]s, uri: %[1]s}\nmaintenance: {type: %[1]s, contractors: [{name: %[1]s, until: %[1]s}]}\ndescription: {en: {localisedName: %[1]s, shortDescription: %[1]s}}\n"
	for name, text := range hostileTexts() {
		if len(text) > maxPubliccode {
			text = text[:20_000]
		}
		t.Run(name, func(t *testing.T) {
			quoted, err := json.Marshal(strings.ToValidUTF8(text, "?"))
			if err != nil {
				t.Fatal(err)
			}
			c, err := readPubliccodeFile([]byte(fmt.Sprintf(shape, quoted)), "publiccode.yml")
			checkBounds(t, c, err)
		})
	}
}

// Files that are no catalog, or far too much of one: a named failure, or the
// entries that can be read.
func TestHostileCatalogFilesAreRefusedByNameOrReadInPart(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(make([]byte, 1<<20)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	entry := `{"name": "A", "repositories": [{"url": "https://forge.example/a/b"}]}`
	for name, c := range map[string]struct {
		file, text string
		goods      int // 0 where it is refused
	}{
		"a page":                      {"c.csv", "<!DOCTYPE html><html><body>url</body></html>", 0},
		"gzip":                        {"c.json", packed.String(), 0},
		"gzip called csv":             {"c.csv", packed.String(), 0},
		"deep lists":                  {"c.json", strings.Repeat("[", 1_000_000), 0},
		"deep objects":                {"c.json", strings.Repeat(`{"data":`, 1_000_000), 0},
		"a deep field":                {"c.json", `[{"name": "A", "repositories": ` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}]`, 1},
		"NaN":                         {"c.json", `[{"name": NaN, "stage": Infinity}]`, 0},
		"numbers beyond range":        {"c.json", `[{"name": 1e999, "stage": -1e999999999, "repositories": 1e400}]`, 1},
		"keys twice":                  {"c.json", `[{"name": "B", "name": "A", "stage": 1, "stage": "DPG", "repositories": 7, "repositories": [{"url": "https://forge.example/a/b", "url": "https://forge.example/a/c"}]}]`, 1},
		"not UTF-8":                   {"c.json", "[{\"name\": \"\xff\xfe\", \"repositories\": [{\"url\": \"https://forge.example/a/b\"}]}]", 1},
		"marked":                      {"c.json", "\ufeff[" + entry + "]", 1},
		"UTF-16":                      {"c.json", "\xff\xfe[\x00]\x00", 0},
		"UTF-16 cut":                  {"c.json", "\xfe\xff\x00[\x00", 0},
		"nothing but NUL":             {"c.csv", strings.Repeat("\x00", 1<<20), 0},
		"100,000 repositories":        {"c.json", `[{"name": "A", "repositories": [` + strings.TrimSuffix(strings.Repeat(`{"url": "https://forge.example/a/b"},`, 100_000), ",") + `]}]`, 1},
		"entries that are no objects": {"c.json", `[7, null, "x", [], ` + entry + `]`, 1},
		"aliases in YAML":             {"publiccode.yml", "publiccodeYmlVersion: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nname: *c\n", 1},
		"deep YAML":                   {"publiccode.yml", "publiccodeYmlVersion: \"0.4\"\nname: " + strings.Repeat("{a: ", 100_000), 0},
		"tags in YAML":                {"publiccode.yml", "publiccodeYmlVersion: \"0.4\"\nname: !!binary \"////\"\nurl: !!python/object/apply:os.system [id]\n", 1},
		"quotes that do not end":      {"c.csv", "url,name\nhttps://forge.example/a/b,\"A\nhttps://forge.example/a/c,B\nhttps://forge.example/a/d,C\n", 2},
		"quotes on every line":        {"c.csv", "url,name\n" + strings.Repeat("\"x\"y\",\n", 10_000), 0},
		"100,000 columns":             {"c.csv", "url" + strings.Repeat(",x", 100_000) + "\nhttps://forge.example/a/b" + strings.Repeat(",y", 200_000) + "\n", 1},
		"columns called url":          {"c.csv", "url" + strings.Repeat(",url", 10_000) + "\nhttps://forge.example/a/b" + strings.Repeat(",https://forge.example/a/b", 10_000) + "\n", 1},
		"a line of 10 MB":             {"c.csv", strings.Repeat("x", 10<<20), 0},
		"an address of 10 MB":         {"c.txt", "https://forge.example/a/b\nhttps://forge.example/" + strings.Repeat("x", 10<<20) + "\n", 2},
		"an error as JSON":            {"c.json", `{"errors": [{"message": "rate limit"}]}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), c.file)
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := Load(t.Context(), file, nil)
			checkBounds(t, got, err)
			if (err != nil) != (c.goods == 0) || len(got.Goods) != c.goods {
				t.Errorf("%d goods, want %d: %.300v", len(got.Goods), c.goods, err)
			}
			for _, n := range got.Notes {
				if len(n.Message) > 4*maxQuote {
					t.Errorf("a note of %d bytes: %.200q", len(n.Message), n.Message)
				}
			}
		})
	}
}
