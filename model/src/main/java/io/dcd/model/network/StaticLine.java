package io.dcd.model.network;

/** The network as its authors published it. */
record StaticLine() implements Line {
    @Override
    public String name() {
        return Lines.STATIC.key();
    }

    @Override
    public String write(NetworkWriter network, Convolution convolution) {
        return network.fixed(convolution);
    }
}
