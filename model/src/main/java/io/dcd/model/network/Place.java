package io.dcd.model.network;

/** Where a network can be dynamic (table 3b of the paper). */
public enum Place {
    /** Depthwise convolutions, of which ResNets have none. */
    DEPTHWISE("dw"),
    /** Pointwise convolutions of MobileNetV2; all convolutions in the blocks of a ResNet. */
    POINTWISE("pw"),
    /** The classifier. */
    CLASSIFIER("cls");

    private final String abbreviation;

    Place(String abbreviation) {
        this.abbreviation = abbreviation;
    }

    /** How the paper's table and an option write it. */
    String abbreviation() {
        return abbreviation;
    }
}
