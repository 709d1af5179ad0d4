"""What an expert may know and where he may sit: specialty trees and regions, with validity."""
