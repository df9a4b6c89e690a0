package kubernetestest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/yaml"
	strict "sigs.k8s.io/yaml"
)

// kinds are what the manifests may hold; another is added by a line.
var kinds = map[string]func() any{
	"apps/v1 Deployment":                     func() any { return &appsv1.Deployment{} },
	"batch/v1 CronJob":                       func() any { return &batchv1.CronJob{} },
	"v1 PersistentVolumeClaim":               func() any { return &corev1.PersistentVolumeClaim{} },
	"autoscaling/v2 HorizontalPodAutoscaler": func() any { return &autoscalingv2.HorizontalPodAutoscaler{} },
}

// TestManifestsHaveNoFieldThatKubernetesDoesNotKnow decodes strictly, and looks at what no
// type can say.
func TestManifestsHaveNoFieldThatKubernetesDoesNotKnow(t *testing.T) {
	files, err := filepath.Glob("../kubernetes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no manifests: %v", err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
		for {
			document, err := reader.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			var head struct{ APIVersion, Kind string }
			if err := strict.Unmarshal(document, &head); err != nil {
				t.Fatal(err)
			}
			name := head.APIVersion + " " + head.Kind
			object := kinds[name]
			if object == nil {
				t.Errorf("%s: %q is no kind that is expected", file, name)
				continue
			}
			into := object()
			if err := strict.UnmarshalStrict(document, into); err != nil {
				t.Errorf("%s: %s: %v", file, name, err)
			}
			seen[name] = true
			check(t, into)
		}
	}
	if len(seen) != len(kinds) {
		t.Errorf("the manifests hold %v", seen)
	}
}

func check(t *testing.T, object any) {
	t.Helper()
	var pod corev1.PodSpec
	switch object := object.(type) {
	case *appsv1.Deployment:
		pod = object.Spec.Template.Spec
		for key, value := range object.Spec.Selector.MatchLabels {
			if object.Spec.Template.Labels[key] != value {
				t.Errorf("the pods of %s lack the label %s", object.Name, key)
			}
		}
	case *batchv1.CronJob:
		pod = object.Spec.JobTemplate.Spec.Template.Spec
	default:
		return
	}
	volumes := map[string]bool{}
	for _, volume := range pod.Volumes {
		volumes[volume.Name] = true
	}
	if pod.SecurityContext == nil || pod.SecurityContext.RunAsNonRoot == nil || !*pod.SecurityContext.RunAsNonRoot {
		t.Error("a pod may run as root")
	}
	for _, container := range pod.Containers {
		for _, mount := range container.VolumeMounts {
			if !volumes[mount.Name] {
				t.Errorf("%s mounts %s, which is no volume", container.Name, mount.Name)
			}
		}
		s := container.SecurityContext
		if s == nil || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem {
			t.Errorf("%s may gain rights or write to its root", container.Name)
		}
		if container.Resources.Limits.Memory().Cmp(resource.MustParse("1Gi")) < 0 {
			t.Errorf("%s has no limit of memory, or one that is too small", container.Name)
		}
	}
}
