package io.dcd.model.network;

/** Where a network can be dynamic (table 3b of the paper, without its depthwise rows: equation 8 is not there yet). */
public enum Place {
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
