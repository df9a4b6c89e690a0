package export

import (
	"strings"
	"testing"
)

func FuzzACellIsNeverAFormula(f *testing.F) {
	for _, seed := range []string{"", "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\u202e=1", " =1", "＝1", "plain", "\xff=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if got := guardCell(cell); got != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(got)[0]) {
			t.Errorf("%q is written as %q", cell, got)
		}
	})
}
