package search

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// written are the files of an index, by name.
func written(t *testing.T, x *Index) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := x.Write("2026-06-30", func(name string, content func(io.Writer) error) error {
		if _, twice := files[name]; twice {
			return fmt.Errorf("%s is written twice", name)
		}
		var out bytes.Buffer
		err := content(&out)
		files[name] = out.String()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestWordsHaveNeitherCaseNorAccents(t *testing.T) {
	for text, want := range map[string][]string{
		"Système d’Information": {"systeme", "d", "information"},
		"OpenMRS-core 2.6":      {"openmrs", "core", "2", "6"},
		"健康 data":               {"健", "康", "data"},
		"Здоровье":              {"здоровье"},
		"صِحَّة":                {"صحة"},
		"ﬁle":                   {"file"},
		"__proto__ constructor": {"proto", "constructor"},
		" \t—":                  nil,
		strings.Repeat("é", 99): {strings.Repeat("e", longest)},
	} {
		if got := Words(text); !slices.Equal(got, want) {
			t.Errorf("the words of %q are %q, not %q", text, got, want)
		}
	}
}

// The heaviest goods have the first numbers, and a word that stands in a name and
// elsewhere is one of the name.
func TestTheIndexHoldsEachWordOfEachGood(t *testing.T) {
	var x Index
	x.Add(Good{Name: "Light", Page: "goods/light.html", Stage: "emerging", Weight: 1, Names: []string{"Light Clinic"}, Texts: []string{"a clinic for all"}})
	x.Add(Good{Name: "Heavy", Page: "goods/heavy.html", Stage: "sustained", About: "An owner", Weight: 90, Names: []string{"Heavy"}, Texts: []string{"clinics, and a clinic"}})
	files := written(t, &x)
	want := map[string]string{
		"search/about.js":    `midspanSearch.about({"asOf":"2026-06-30","block":100,"goods":2,"keys":["a","al","an","cl","fo","he","li"]});` + "\n",
		"search/goods-0.js":  `midspanSearch.goods(0,[["Heavy","goods/heavy.html","sustained","An owner"],["Light","goods/light.html","emerging",""]]);` + "\n",
		"search/words-cl.js": `midspanSearch.words("cl",{"clinic":"1|0","clinics":"|0"});` + "\n",
		"search/words-a.js":  `midspanSearch.words("a",{"a":"|0,1"});` + "\n",
	}
	for name, content := range want {
		if files[name] != content {
			t.Errorf("%s is\n%s, not\n%s", name, files[name], content)
		}
	}
}

func TestTextsOfOutsideStayTextInTheIndex(t *testing.T) {
	var x Index
	x.Add(Good{Name: `</script><b>"` + "\u2028", Page: "goods/x.html", Names: []string{"コン", "aux"}})
	for name, content := range written(t, &x) {
		if strings.Contains(content, "<") || strings.Contains(content, "\u2028") {
			t.Errorf("%s holds %q", name, content)
		}
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-./") != "" {
			t.Errorf("%q names a file by what stands in a good", name)
		}
	}
}

// Whatever a catalog holds, each of its words can be found, and leads to its good alone.
func FuzzEveryWordIsFound(f *testing.F) {
	f.Add("Clinic Ledger", "health in Kenya")
	f.Add("健康", "\xff\x00 ﬀ")
	f.Fuzz(func(t *testing.T, name, text string) {
		var x Index
		x.Add(Good{Name: "first", Page: "1", Weight: 2})
		x.Add(Good{Name: "second", Page: "2", Weight: 1, Names: []string{name}, Texts: []string{text}})
		files := written(t, &x)
		for _, word := range slices.Concat(wordsOf([]string{name}), wordsOf([]string{text})) {
			call := strings.TrimSuffix(files[Folder+"words-"+FileKey(keyOf(word))+".js"], ");\n")
			_, object, _ := strings.Cut(call, `",{`)
			lists := map[string]string{}
			if err := json.Unmarshal([]byte("{"+object), &lists); err != nil {
				t.Fatalf("%q: %v", call, err)
			}
			inName, elsewhere, _ := strings.Cut(lists[word], "|")
			if number := inName + elsewhere; number != strconv.Itoa(1) {
				t.Errorf("%q leads to %q", word, number)
			}
		}
	})
}
