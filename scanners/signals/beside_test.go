package signals

import (
	"os"
	"strings"
	"testing"
)

// What is left over of a licence file beside the text of a licence is terms, but for what
// usually stands there. testdata/beside.tsv holds examples; add a line for one that is misread.
func TestWhatIsLeftOfALicenceFileIsTerms(t *testing.T) {
	data, err := os.ReadFile("testdata/beside.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.Lines(string(data)) {
		want, text, ok := strings.Cut(strings.TrimSuffix(row, "\n"), "\t")
		if !ok || strings.HasPrefix(row, "//") {
			continue
		}
		text = strings.ReplaceAll(text, `\n`, "\n")
		for _, file := range []string{plainMIT + "\n" + text + "\n", text + "\n\n" + plainMIT} {
			ids, remark, _ := licensesOfText([]byte(file))
			got := "plain"
			if strings.Contains(strings.Join(ids, " "), "LicenseRef") {
				got = "terms"
			}
			if got != want || len(ids) == 0 || want == "terms" && remark == "" {
				t.Errorf("%s, want %s: %q %v (%s)", got, want, text, ids, remark)
			}
		}
	}
}

// plainMIT is the text of MIT in lines.
const plainMIT = "MIT License\n\nCopyright (c) 2020 Someone\n\n" +
	"Permission is hereby granted, free of charge, to any person obtaining a copy\nof this software and associated documentation files (the \"Software\"), to deal\n" +
	"in the Software without restriction, including without limitation the rights\nto use, copy, modify, merge, publish, distribute, sublicense, and/or sell\n" +
	"copies of the Software, and to permit persons to whom the Software is\nfurnished to do so, subject to the following conditions:\n\n" +
	"The above copyright notice and this permission notice shall be included in all\ncopies or substantial portions of the Software.\n\n" +
	"THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR\nIMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,\n" +
	"FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE\nAUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER\n" +
	"LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,\nOUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE\nSOFTWARE.\n"
