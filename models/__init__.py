"""What is learned: features of a hold, classifiers, and the bundles that carry them."""
