package io.dcd.torch;

/** libtorch's side of the registry of networks. */
public final class TorchNetworks {
    private TorchNetworks() {}

    /**
     * The network {@code name}, in any line of the comparison.
     *
     * @param stemStride stride of the first convolution
     * @throws UnsupportedOperationException if it is not written down here
     */
    public static TorchNetwork named(String name, int stemStride) {
        String base = name.substring(0, Math.max(0, name.replaceAll(":.*", "").lastIndexOf('-')));
        return switch (base) {
            case "resnet10" -> new TorchResNet(stemStride, false, 1, 1, 1, 1);
            case "resnet18" -> new TorchResNet(stemStride, false, 2, 2, 2, 2);
            case "resnet34" -> new TorchResNet(stemStride, false, 3, 4, 6, 3);
            case "resnet50" -> new TorchResNet(stemStride, true, 3, 4, 6, 3);
            default -> {
                if (base.startsWith("mobilenetv2-x")) {
                    yield new TorchMobileNetV2(stemStride);
                }
                throw new UnsupportedOperationException("libtorch's side does not have " + name);
            }
        };
    }
}
