// SPDX-License-Identifier: Apache-2.0

package hello_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/krtkit/krtkit/kube/kubefake"
)

// TestHello_everybodyCountsPods builds and runs all four programs.
func TestHello_everybodyCountsPods(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds four programs: not with -short")
	}
	for _, who := range []string{"krtkit", "istio", "clientgo", "controllerruntime"} {
		t.Run(who, func(t *testing.T) {
			pod := func(name string) *corev1.Pod {
				return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
			}
			server := kubefake.NewServer(pod("cart"), pod("web"))
			t.Cleanup(server.Close)
			client := kubernetes.NewForConfigOrDie(server.RESTConfig())
			counts, err := client.CoreV1().ConfigMaps("default").Watch(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name=hello"})
			if err != nil {
				t.Fatal(err)
			}
			defer counts.Stop()

			binary := filepath.Join(t.TempDir(), "hello")
			if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./"+who).CombinedOutput(); err != nil {
				t.Fatalf("go build: %v\n%s", err, out)
			}
			hello := exec.CommandContext(t.Context(), binary)
			hello.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig(t, server))
			var said strings.Builder
			hello.Stderr = &said
			if err := hello.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- hello.Wait() }()
			until := func(want string) {
				for {
					select {
					case event := <-counts.ResultChan():
						if c, ok := event.Object.(*corev1.ConfigMap); ok && c.Data["pods"] == want {
							return
						}
					case err := <-ended:
						t.Fatalf("it ends with %v before it has counted %s pods\n%s", err, want, said.String())
					}
				}
			}
			until("2")
			if err := server.Put(pod("search")); err != nil {
				t.Fatal(err)
			}
			until("3")
			if err := hello.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if err := <-ended; err != nil {
				t.Errorf("it ends with %v\n%s", err, said.String())
			}
		})
	}
}

// kubeconfig writes one for the server, and returns its name.
func kubeconfig(t *testing.T, server *kubefake.Server) string {
	t.Helper()
	address, err := server.Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "here",
		"contexts": [{"name": "here", "context": {"cluster": "here"}}],
		"clusters": [{"name": "here", "cluster": {"server": "http://%s"}}]}`, address)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
