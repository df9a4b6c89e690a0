package portfolio

import (
	"fmt"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func inventoryOf(names ...string) []observation.Package {
	var packages []observation.Package
	for _, name := range names {
		packages = append(packages, observation.Package{Ecosystem: "npm", Name: name})
	}
	return packages
}

func TestDependantsAreTheOtherGoodsThatListAPackage(t *testing.T) {
	d := NewDependants()
	d.AddPublisher("maker", []string{"npm:core", "npm:core-ui"})
	d.AddPublisher("fork", []string{"npm:copied"})
	d.AddPublisher("original", []string{"npm:copied", "npm:original"})
	d.AddPublisher("shop", nil)
	d.AddInventory("maker", inventoryOf("core", "core-ui"))
	d.AddInventory("shop", inventoryOf("core", "core", "other"))
	d.AddInventory("shop", inventoryOf("core-ui"))
	d.AddInventory("clinic", inventoryOf("core-ui", "copied", "original"))
	d.AddInventory("clinic", []observation.Package{{Ecosystem: "PyPI", Name: "core"}})
	for good, want := range map[string]int{"maker": 2, "fork": 0, "original": 1, "shop": 0, "nobody": 0} {
		if got := d.Count(good); got != want {
			t.Errorf("%s has %d dependants, want %d", good, got, want)
		}
	}
	if d.IsPublisher("fork", []string{"npm:copied"}) || !d.IsPublisher("original", []string{"npm:copied", "npm:original"}) {
		t.Error("a name that two goods claim is nobody's")
	}
}

// Memory must not grow with what others list.
func BenchmarkDependants(b *testing.B) {
	packages, _ := generatedInventory(1)
	d := NewDependants()
	d.AddPublisher("maker", []string{"npm:package-1"})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.AddInventory(fmt.Sprintf("good-%d", i%1000), packages)
	}
}
