package catalog

import (
	"strings"
	"testing"
)

func TestTablesAreReadAsProgramsWriteThem(t *testing.T) {
	for name, c := range map[string]struct {
		file, text  string
		good, where string // name and address of the first good
		note        string // part of a note of the catalog
	}{
		"Windows-1252":             {"a.csv", "name;url\nSant\xe9 \x96 base;https://forge.example/a/b\n", "Santé – base", "https://forge.example/a/b", "Windows-1252"},
		"a few broken bytes":       {"a.csv", "name,url\nSanté et égalité \xff,https://forge.example/a/b\n", "Santé et égalité \uFFFD", "https://forge.example/a/b", ""},
		"Excel's separator line":   {"a.csv", "sep=;\r\nname;url\r\n\"A, or B\";https://forge.example/a/b\r\n", "A, or B", "https://forge.example/a/b", ""},
		"the same in quotes":       {"a.csv", "\"sep=,\"\nname,url\nA,https://forge.example/a/b\n", "A", "https://forge.example/a/b", ""},
		"opensustain.tech":         {"a.csv", "project_name,oneliner,git_namespace,git_url,homepage\nSun,Energy,sun,https://github.com/sun/sun.git,https://sun.example\n", "Sun", "https://github.com/sun/sun", "git_namespace"},
		"criticality_score":        {"a.csv", "repo.url,repo.language,repo.license,default_score\nhttps://github.com/a/b,Go,MIT License,0.5\n", "a/b", "https://github.com/a/b", "default_score"},
		"GitHub's API as a table":  {"a.csv", "full_name,html_url,url\na/b,https://github.com/a/b,https://api.example/x/y\n", "a/b", "https://github.com/a/b", "full_name"},
		"a website beside":         {"a.csv", "name,url,GitHub URL\nA,https://a.example/page,https://github.com/a/b\n", "A", "https://github.com/a/b", ""},
		"source code":              {"a.csv", "Name,Source Code,Website\nA,https://github.com/a/b,https://a.example\n", "A", "https://github.com/a/b", ""},
		"a header of any language": {"a.csv", "name;Anwani ya msimbo\nA;https://gitlab.com/a/b\nB;\n", "A", "https://gitlab.com/a/b", "Anwani ya msimbo"},
		"GitHub's API":             {"a.json", `[{"full_name":"a/b","name":"b","html_url":"https://github.com/a/b","url":"https://api.github.com/repos/a/b","license":{"spdx_id":"MIT"}}]`, "b", "https://github.com/a/b", ""},
		"GitHub's search":          {"a.json", `{"total_count":1,"items":[{"full_name":"a/b","html_url":"https://github.com/a/b"}]}`, "a/b", "https://github.com/a/b", ""},
		"GitLab's API":             {"a.json", `[{"name":"b","path_with_namespace":"a/sub/b","web_url":"https://gitlab.com/a/sub/b","http_url_to_repo":"https://gitlab.com/a/sub/b.git"}]`, "b", "https://gitlab.com/a/sub/b", ""},
		"addresses in YAML":        {"a.yml", "# ours\n---\n- https://github.com/a/b\n- https://github.com/a/c\n", "a/b", "https://github.com/a/b", ""},
		"repositories in YAML":     {"a.yaml", "- name: B\n  html_url: https://github.com/a/b\n", "B", "https://github.com/a/b", ""},
		"addresses in JSON":        {"a.json", `["https://github.com/a/b","https://github.com/a/c"]`, "a/b", "https://github.com/a/b", ""},
		"the registry's old field": {"a.json", `[{"name":"A","stage":"DPG","repositoryURL":"https://github.com/a/b,\n https://data.example/x"}]`, "A", "https://github.com/a/b", ""},
		"a list, two on a line":    {"a.txt", "https://github.com/a/b, https://github.com/a/c\nhttps://github.com/a/d, https://github.com/a/e\n", "a/b", "https://github.com/a/b https://github.com/a/c", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read([]byte(c.text), c.file)
			if err != nil || len(got.Goods) == 0 {
				t.Fatalf("%d goods, %v", len(got.Goods), err)
			}
			var addresses []string
			for _, r := range got.Goods[0].Repositories {
				addresses = append(addresses, r.URL)
			}
			if got.Goods[0].Name != c.good || strings.Join(addresses, " ") != c.where {
				t.Errorf("got %q at %q, want %q at %q", got.Goods[0].Name, addresses, c.good, c.where)
			}
			said := ""
			for _, n := range got.Notes {
				said += n.Message + "\n"
			}
			if !strings.Contains(said, c.note) {
				t.Errorf("the notes say %q, want %q", said, c.note)
			}
		})
	}
}

func TestATableWithoutRepositoriesIsRefusedWithTheColumnThatIsWanted(t *testing.T) {
	for text, want := range map[string]string{
		"name,link\nA,https://a.example/page\n": `name that column "url"`,
		"name,country\nA,Kenya\n":               `column "url"`,
	} {
		if _, err := read([]byte(text), "a.csv"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
