// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/krtkit/krtkit/kube"
)

func TestNewClientConfigForRestConfig_leadsToACopy(t *testing.T) {
	config := &rest.Config{
		Host: "https://h", BearerToken: "t", Impersonate: rest.ImpersonationConfig{UserName: "u", Groups: []string{"g"}, Extra: map[string][]string{"k": {"v"}}},
		TLSClientConfig: rest.TLSClientConfig{CAData: []byte("ca"), ServerName: "s", CertData: []byte("c"), KeyData: []byte("k")},
	}
	loader := kube.NewClientConfigForRestConfig(config)
	config.Host = "changed"
	got, err := loader.ClientConfig()
	if err != nil || got.Host != "https://h" {
		t.Errorf("ClientConfig = %v, %v; want what there was", got, err)
	}
	if namespace, isChosen, err := loader.Namespace(); namespace != "default" || isChosen || err != nil {
		t.Errorf("Namespace = %q, %v, %v", namespace, isChosen, err)
	}
	if files := loader.ConfigAccess().GetLoadingPrecedence(); len(files) != 0 {
		t.Errorf("it has the files %q", files)
	}
	client, err := kube.NewClient(kube.NewClientConfigForRestConfig(&rest.Config{Host: "https://h"}), "east")
	if err != nil || client.RESTConfig().Host != "https://h" || client.ClusterID() != "east" {
		t.Errorf("NewClient = %v, %v", client, err)
	}

	// As a kubeconfig it leads to the same.
	raw, err := loader.RawConfig()
	if err != nil || raw.CurrentContext != "context0" || raw.Clusters["cluster0"] == nil || raw.AuthInfos["authInfo0"] == nil {
		t.Fatalf("RawConfig = %v, %v", raw, err)
	}
	text, err := clientcmd.Write(raw)
	if err != nil {
		t.Fatal(err)
	}
	again, err := clientcmd.RESTConfigFromKubeConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got.String(), again.String()); diff != "" || again.BearerToken != "t" || string(again.KeyData) != "k" {
		t.Errorf("config mismatch (-want +got):\n%s", diff)
	}
}
