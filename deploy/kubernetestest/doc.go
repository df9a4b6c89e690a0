// Package kubernetestest decodes the manifests of deploy/kubernetes into the types of
// Kubernetes. It is a module of its own: nothing of Kubernetes is in the program.
package kubernetestest
