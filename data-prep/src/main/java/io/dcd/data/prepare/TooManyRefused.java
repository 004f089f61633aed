package io.dcd.data.prepare;

import io.dcd.data.DataException;
import java.util.List;

/** The failure that ends a preparation of which too much would be lost. */
final class TooManyRefused {
    private TooManyRefused() {}

    static DataException of(List<QuarantinedImage> refused, long maximum) {
        String example = refused.isEmpty()
                ? ""
                : ", such as " + refused.get(0).name() + " in " + refused.get(0).source() + " ("
                        + refused.get(0).reason() + ": " + refused.get(0).detail() + ")";
        return new DataException("more than " + maximum + " images would go to quarantine" + example
                + "; see to the source, or allow more with --max-quarantined");
    }
}
