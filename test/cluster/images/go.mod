module secrets-operator.io/test/cluster/images

go 1.25.0
