// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// NewClientConfigForRestConfig returns a loader that leads to a copy of a
// configuration, for code that wants a clientcmd.ClientConfig, such as [NewClient]. Its
// namespace is "default".
func NewClientConfigForRestConfig(restConfig *rest.Config) clientcmd.ClientConfig {
	return loaded{rest.CopyConfig(restConfig)}
}

// loaded is a loader of what there is already.
type loaded struct{ config *rest.Config }

// ClientConfig returns a copy of the configuration.
func (l loaded) ClientConfig() (*rest.Config, error) { return rest.CopyConfig(l.config), nil }

// Namespace returns "default", which nobody has chosen.
func (l loaded) Namespace() (string, bool, error) { return "default", false, nil }

// ConfigAccess returns access to no file: there is none to write to.
func (l loaded) ConfigAccess() clientcmd.ConfigAccess { return &clientcmd.ClientConfigLoadingRules{} }

// The names of the parts of a configuration that is written as a kubeconfig.
const (
	rawContext = "context0"
	rawCluster = "cluster0"
	rawUser    = "authInfo0"
)

// RawConfig returns what a kubeconfig can say of the configuration.
func (l loaded) RawConfig() (clientcmdapi.Config, error) {
	c := rest.CopyConfig(l.config)
	raw := clientcmdapi.NewConfig()
	raw.CurrentContext = rawContext
	raw.Contexts[rawContext] = &clientcmdapi.Context{Cluster: rawCluster, AuthInfo: rawUser}
	raw.Clusters[rawCluster] = &clientcmdapi.Cluster{
		Server:                   c.Host,
		TLSServerName:            c.ServerName,
		InsecureSkipTLSVerify:    c.Insecure,
		CertificateAuthority:     c.CAFile,
		CertificateAuthorityData: c.CAData,
		DisableCompression:       c.DisableCompression,
	}
	raw.AuthInfos[rawUser] = &clientcmdapi.AuthInfo{
		ClientCertificate:     c.CertFile,
		ClientCertificateData: c.CertData,
		ClientKey:             c.KeyFile,
		ClientKeyData:         c.KeyData,
		Token:                 c.BearerToken,
		TokenFile:             c.BearerTokenFile,
		Impersonate:           c.Impersonate.UserName,
		ImpersonateUID:        c.Impersonate.UID,
		ImpersonateGroups:     c.Impersonate.Groups,
		ImpersonateUserExtra:  c.Impersonate.Extra,
		Username:              c.Username,
		Password:              c.Password,
		AuthProvider:          c.AuthProvider,
		Exec:                  c.ExecProvider,
	}
	return *raw, nil
}
